using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using Secateur.Detection;
using Secateur.Server.Requests;

namespace Secateur.Server.Api;

/// <summary>What <c>/openapi.json</c> says of the endpoints.</summary>
internal static class EndpointDescriptions
{
    private const string Detection = "detection";
    private const string Health = "health";
    private const string Form = "multipart/form-data";
    private static readonly string[] Bodies = [DetectEndpoints.Jpeg, DetectEndpoints.Png, "image/webp", "image/gif", "image/bmp", "image/x-portable-pixmap", "application/octet-stream", Form];
    private static readonly int[] Refusals = [400, 401, 408, 413, 415, 422, 429, 503];

    public static void DescribeDetect(this RouteHandlerBuilder endpoint) =>
        endpoint.TakesPicture().WithName("detect").WithSummary("Finds the faces of a picture.").Produces<DetectionAnswer>();

    public static void DescribeAnnotate(this RouteHandlerBuilder endpoint) =>
        endpoint.TakesPicture().WithName("annotate").WithSummary("Draws the faces of a picture on it; JPEG, or PNG where the Accept header prefers it.")
            .Produces<byte[]>(StatusCodes.Status200OK, DetectEndpoints.Jpeg, DetectEndpoints.Png).ProducesProblem(StatusCodes.Status406NotAcceptable);

    public static void DescribeModels(this RouteHandlerBuilder endpoint) =>
        endpoint.WithName("models").WithTags(Detection).WithSummary("The models, with their sizes and, where it is known, their precision.").Produces<ModelList>().ProducesProblem(StatusCodes.Status401Unauthorized);

    public static void DescribeLive(this RouteHandlerBuilder endpoint) =>
        endpoint.WithName("live").WithTags(Health).WithSummary("Whether the process lives.").Produces<string>(StatusCodes.Status200OK, "text/plain");

    public static void DescribeReady(this RouteHandlerBuilder endpoint) =>
        endpoint.WithName("ready").WithTags(Health).WithSummary("Whether requests are taken.").Produces<string>(StatusCodes.Status200OK, "text/plain").Produces<string>(StatusCodes.Status503ServiceUnavailable, "text/plain");

    private static RouteHandlerBuilder TakesPicture(this RouteHandlerBuilder endpoint)
    {
        foreach (var status in Refusals) endpoint.ProducesProblem(status);
        return endpoint.WithTags(Detection).AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters = [.. QueryParameters()];
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = Bodies.ToDictionary(type => type, type => new OpenApiMediaType { Schema = type == Form ? FormSchema() : new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } }),
            };
            return Task.CompletedTask;
        });
    }

    private static OpenApiSchema FormSchema()
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string> { "file" }, Properties = new Dictionary<string, IOpenApiSchema>() };
        schema.Properties["file"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        foreach (var parameter in QueryParameters()) schema.Properties[parameter.Name!] = parameter.Schema!;
        return schema;
    }

    private static IEnumerable<OpenApiParameter> QueryParameters()
    {
        var defaults = DetectorOptions.Default;
        yield return Query(Parameters.ModelName, "The model; the first of the list where none is named.", new OpenApiSchema { Type = JsonSchemaType.String });
        yield return Query(
            Parameters.Confidence,
            "Faces must score above this.",
            new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0", ExclusiveMaximum = "1", Default = JsonValue.Create((decimal)defaults.Confidence) });
        yield return Query(
            Parameters.Iou,
            "Of two boxes that overlap by more than this, the weaker goes.",
            new OpenApiSchema { Type = JsonSchemaType.Number, ExclusiveMinimum = "0", Maximum = "1", Default = JsonValue.Create((decimal)defaults.Iou) });
        yield return Query(
            Parameters.MaxDetections,
            "Faces at most, the best ones.",
            new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{Parameters.MostDetections}", Default = JsonValue.Create(defaults.MaxDetections) });
        yield return Query(
            Parameters.Protocol,
            "One pass, or mirrored, shrunk and enlarged passes with box voting.",
            new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(Parameters.Single), JsonValue.Create(Parameters.MultiScale)], Default = JsonValue.Create(Parameters.Single) });
    }

    private static OpenApiParameter Query(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };
}
