using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Secateur.Server.Problems;
using Secateur.Server.Work;

namespace Secateur.Server.Pipeline;

/// <summary>Turns exceptions and bare error statuses into answers: problem details (RFC 9457), or the error object of the Open Inference Protocol.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ServerMetrics metrics, ILogger<ProblemMiddleware> log)
{
    private const string ProblemType = "application/problem+json";

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
                await WriteAsync(http, Bare(http.Response.StatusCode));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
            metrics.Refused("client-gone");
        }
        catch (Exception error)
        {
            var problem = RequestProblem.Of(error);
            if (problem.Reason == RequestProblem.Internal) LogMistake(error);
            if (http.Response.HasStarted) http.Abort();
            else await WriteAsync(http, problem);
        }
    }

    private static RequestProblem Bare(int status) => status switch
    {
        StatusCodes.Status404NotFound => new(status, "not-found", "there is nothing at this address"),
        StatusCodes.Status405MethodNotAllowed => new(status, "wrong-method", "this address does not take this method"),
        _ => new(status, "bad-request", "the request cannot be answered"),
    };

    private async Task WriteAsync(HttpContext http, RequestProblem problem)
    {
        metrics.Refused(problem.Reason);
        var response = http.Response;
        var (allow, connection) = (response.Headers.Allow, response.Headers.Connection);
        response.Clear();
        response.StatusCode = problem.Status;
        (response.Headers.Allow, response.Headers.Connection) = (allow, connection);
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } seconds) response.Headers.RetryAfter = $"{seconds}";
        if (problem.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        if (http.Request.Path.StartsWithSegments("/v2", StringComparison.Ordinal))
        {
            await response.WriteAsJsonAsync(new { error = problem.Detail }, CancellationToken.None);
            return;
        }

        var details = new ProblemDetails { Type = $"urn:secateur:problem:{problem.Reason}", Title = problem.Title, Status = problem.Status, Detail = problem.Detail };
        await response.WriteAsJsonAsync(details, options: null, ProblemType, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed for a reason that is the server's own.")]
    private partial void LogMistake(Exception error);
}
