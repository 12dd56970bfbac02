using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Secateur.Graph;

/// <summary>
/// A network as JSON, for model files whose network is no longer the published one (compacted models). Reading verifies the graph like any other.
/// </summary>
public static class NetworkJson
{
    /// <summary>The network as compact JSON.</summary>
    public static string Write(Network network) => JsonSerializer.Serialize(
        new NetworkDocument(network.Architecture, network.Nodes, network.Parameters, network.Outputs, network.Levels),
        NetworkJsonContext.Default.NetworkDocument);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="NetworkException">The text is not such JSON, or the network breaks a rule of the graph.</exception>
    public static Network Read(string json)
    {
        try
        {
            var document = JsonSerializer.Deserialize(json, NetworkJsonContext.Default.NetworkDocument) ?? throw new NetworkException("the network is null");

            // The reader turns null members down, but not null elements.
            if (document.Nodes.Contains(null!) || document.Parameters.Contains(null!)) throw new NetworkException("a node or parameter is null");
            return new Network(document.Architecture, document.Nodes, document.Parameters, document.Outputs, document.Levels);
        }
        catch (JsonException error)
        {
            throw new NetworkException($"the network is not valid JSON: {error.Message}");
        }
        catch (NotSupportedException error)
        {
            throw new NetworkException($"the network has an unknown node: {error.Message}");
        }
    }
}

/// <summary>The JSON form of a network.</summary>
internal sealed record NetworkDocument(
    [property: JsonRequired] string Architecture,
    [property: JsonRequired] ImmutableArray<Node> Nodes,
    [property: JsonRequired] ImmutableArray<ParameterSpec> Parameters,
    [property: JsonRequired] ImmutableArray<NetworkOutput> Outputs,
    [property: JsonRequired] ImmutableArray<DetectionLevel> Levels);

/// <summary>Serialisation code made at compile time: no reflection, so that it works ahead of time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(NetworkDocument))]
internal sealed partial class NetworkJsonContext : JsonSerializerContext;
