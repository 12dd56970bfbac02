using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Secateur.Graph;
using Secateur.Server.Settings;
using Secateur.Server.Work;

namespace Secateur.Server.Api;

/// <summary><c>GET /v1/models</c>: what there is to choose from.</summary>
internal sealed class ModelEndpoints(DetectorSet detectors)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/models", () => Results.Json(new ModelList([.. detectors.All.Select(Describe)]), AnswerJson.Options)).DescribeModels();

    private static ModelDescription Describe(ServedDetector detector)
    {
        var (served, network) = (detector.Served, detector.Served.Model.Network);
        return new ModelDescription(
            served.Name, network.Architecture, NetworkCosts.CountParameters(network), detector.MultiplyAdds, served.Bytes, served.Description, served.Precision);
    }
}

/// <summary>The models of a server, the first of which is taken where none is named.</summary>
internal sealed record ModelList(IReadOnlyList<ModelDescription> Models);

/// <summary>A model.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Architecture">Its network.</param>
/// <param name="Parameters">The number of its parameters.</param>
/// <param name="MultiplyAdds">Multiply-adds of one image of 480 x 640 pixels.</param>
/// <param name="Bytes">Bytes of its file.</param>
/// <param name="Description">What it is, in a line; null where nobody said.</param>
/// <param name="AveragePrecision">On WIDER FACE, in one pass; null where it is not known.</param>
internal sealed record ModelDescription(
    string Name, string Architecture, long Parameters, long MultiplyAdds, long Bytes, string? Description, ModelPrecision? AveragePrecision);
