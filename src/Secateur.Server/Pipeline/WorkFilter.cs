using Microsoft.AspNetCore.Http;
using Secateur.Server.Problems;
using Secateur.Server.Settings;
using Secateur.Server.Work;

namespace Secateur.Server.Pipeline;

/// <summary>Before and after what takes work: counts it, so that a server that stops can finish it, refuses what there is no room for before its body is read, and limits its time.</summary>
internal sealed class WorkFilter(ServerState state, WorkQueue queue, BodyBudget budget, ServerOptions options) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!state.TryEnter())
        {
            http.Response.Headers.Connection = "close";
            var phase = state.Phase == ServerPhase.Draining ? "stops" : "starts";
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, "not-ready", $"the server {phase}") { RetryAfter = 1 };
        }

        try
        {
            if (queue.IsFull) throw QueueFull(queue);
            using var limit = new TimeLimit(options.Timeout, http.RequestAborted);
            http.Features.Set(limit);
            object? answer;
            using (var share = budget.Open())
            {
                http.Features.Set(share);
                answer = await next(context);
            }

            // The answer is part of the work: it is written before the request is counted out, and who does not read it has no more time for that than is left.
            using var end = limit.Token.Register(http.Abort);
            if (answer is IResult result) await result.ExecuteAsync(http);
            return Results.Empty;
        }
        finally
        {
            state.Leave();
        }
    }

    /// <summary>What is said where the line is full.</summary>
    public static RequestException QueueFull(WorkQueue queue) =>
        new(StatusCodes.Status429TooManyRequests, "queue-full", "as many requests wait as this server lets wait") { RetryAfter = queue.RetryAfter };
}
