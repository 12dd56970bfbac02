using System.Text.Json.Serialization;

namespace Secateur.Experiments.Results;

/// <summary>Serialisation code made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Finished))]
[JsonSerializable(typeof(MadeModel))]
[JsonSerializable(typeof(EvaluatedModel))]
[JsonSerializable(typeof(MeasuredModel))]
internal sealed partial class ResultJson : JsonSerializerContext;
