using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Secateur.Server.Pipeline;
using Secateur.Server.Work;

namespace Secateur.Server.Api;

/// <summary>What orchestrators ask: does the process live, and does it take requests?</summary>
internal sealed class HealthEndpoints(ServerState state)
{
    private const string Live = "/healthz";
    private const string Readiness = "/readyz";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Live, () => Results.Text("live\n")).WithMetadata(OpenToAll.Mark).DescribeLive();
        routes.MapGet(Readiness, Ready).WithMetadata(OpenToAll.Mark).DescribeReady();

        // Some probes ask for the status alone.
        routes.MapMethods(Live, [HttpMethods.Head], () => Results.Ok()).WithMetadata(OpenToAll.Mark).ExcludeFromDescription();
        routes.MapMethods(Readiness, [HttpMethods.Head], Ready).WithMetadata(OpenToAll.Mark).ExcludeFromDescription();
    }

    private IResult Ready() => state.Phase switch
    {
        ServerPhase.Ready => Results.Text("ready\n"),
        ServerPhase.Starting => Results.Text("starting\n", statusCode: StatusCodes.Status503ServiceUnavailable),
        _ => Results.Text("draining\n", statusCode: StatusCodes.Status503ServiceUnavailable),
    };
}
