using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Secateur.Imaging;
using Secateur.Server.Api;
using Secateur.Server.Pipeline;
using Secateur.Server.Problems;
using Secateur.Server.Requests;
using Secateur.Server.Settings;
using Secateur.Server.Work;

namespace Secateur.Server.OpenInference;

/// <summary>The Open Inference Protocol, version 2, with its extension for binary tensors: what clients of KServe and Triton speak.</summary>
internal sealed class InferenceEndpoints(BodyReader bodies, PictureReader pictures, DetectorSet detectors, WorkQueue queue, ServerState state, ServerOptions options)
{
    private const string Version = "1";
    private const string LengthHeader = "Inference-Header-Content-Length";

    private readonly ImageReadOptions _reading = new() { MaxPixels = options.MaxPixels };

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v2").WithTags("open inference protocol");
        group.MapGet("", () => Results.Json(new ServerMetadata("secateur", typeof(InferenceEndpoints).Assembly.GetName().Version!.ToString(3), ["binary_tensor_data"]), AnswerJson.Options));
        group.MapGet("/health/live", () => Results.Ok()).WithMetadata(OpenToAll.Mark);
        group.MapGet("/health/ready", Ready).WithMetadata(OpenToAll.Mark);
        foreach (var model in new[] { "/models/{name}", "/models/{name}/versions/{version}" })
        {
            group.MapGet(model, (string name, string? version) => Results.Json(Describe(Get(name, version).Served), AnswerJson.Options));
            group.MapGet(model + "/ready", (string name, string? version) => ReadyFor(Get(name, version)));
            group.MapPost(model + "/infer", (HttpContext http, string name, string? version) => InferAsync(http, Get(name, version))).AddEndpointFilter<WorkFilter>();
        }
    }

    private static ModelMetadata Describe(ServedModel model) => new(
        model.Name,
        [Version],
        "secateur",
        [new TensorMetadata(InferenceRequest.InputName, TensorTypes.Bytes8, [-1, -1, -1, 3])],
        [
            new TensorMetadata(InferenceResponse.Boxes, TensorTypes.Float, [-1, 4]),
            new TensorMetadata(InferenceResponse.Scores, TensorTypes.Float, [-1]),
            new TensorMetadata(InferenceResponse.ImageIndex, TensorTypes.Int32, [-1]),
        ]);

    /// <summary>All models get ready at once.</summary>
    private IResult ReadyFor(ServedDetector _) => Ready();

    private IResult Ready() => state.Phase == ServerPhase.Ready ? Results.Ok() : throw new RequestException(StatusCodes.Status503ServiceUnavailable, "not-ready", "the server starts or stops");

    private ServedDetector Get(string name, string? version) =>
        version is null or Version ? detectors.Get(name) : throw new RequestException(StatusCodes.Status404NotFound, "no-such-version", $"there is no such version; there is {Version}");

    private async Task<IResult> InferAsync(HttpContext http, ServedDetector detector)
    {
        var given = http.Request.Headers[LengthHeader];
        var headerLength = given.Count == 0 ? (int?)null
            : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
            : throw InferenceRequest.Bad($"{LengthHeader} is no length");
        var body = await bodies.ReadAsync(http);

        // Millions of numbers as JSON are work, too. Who works on them may outlive the request.
        var limit = TimeLimit.Of(http);
        var work = queue.TryRun(
            () =>
            {
                var request = InferenceRequest.Read(body, headerLength, new PictureSource(pictures, _reading));
                var findings = request.Pictures.Select(read => detector.Find(InferenceRequest.InputName, read, request.Query));
                return InferenceResponse.Write(detector.Served.Name, Version, request, findings.TakeWhile(_ => !limit.IsCancellationRequested));
            },
            limit);
        var response = await (work ?? throw WorkFilter.QueueFull(queue));
        if (response.HeaderLength is { } json) http.Response.Headers[LengthHeader] = $"{json}";
        return Results.Bytes(response.Body, response.HeaderLength is null ? "application/json" : "application/octet-stream");
    }
}
