using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Secateur.Graph;

/// <summary>
/// A network as JSON, for model files whose network is no longer the published one (compacted models). Reading verifies the graph like any other.
/// </summary>
public static class NetworkJson
{
    /// <summary>The network as compact JSON.</summary>
    public static string Write(Network network) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("architecture", network.Architecture);
        json.WriteStartArray("nodes");
        foreach (var node in network.Nodes) NodeJson.Write(json, node);
        json.WriteEndArray();
        json.WriteStartArray("parameters");
        foreach (var parameter in network.Parameters) WriteParameter(json, parameter);
        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (var output in network.Outputs) WriteOutput(json, output);
        json.WriteEndArray();
        HeadJson.Write(json, network);
        json.WriteEndObject();
    });

    /// <summary>Reads what <see cref="Write(Network)"/> wrote.</summary>
    /// <exception cref="NetworkException">The text is not such JSON, or the network breaks a rule of the graph.</exception>
    public static Network Read(string json)
    {
        try
        {
            using var document = JsonMembers.Parse(json);
            var m = new JsonMembers(document.RootElement);
            var architecture = m.Text("architecture");
            var nodes = m.List("nodes", NodeJson.Read);
            var parameters = m.List("parameters", ReadParameter);
            var outputs = m.List("outputs", ReadOutput);
            var head = HeadJson.Read(ref m, nodes);
            m.End();
            return new Network(architecture, nodes, parameters, outputs, head);
        }
        catch (JsonException error)
        {
            throw new NetworkException($"the network is not valid JSON: {error.Message}");
        }
    }

    /// <summary>What <paramref name="write"/> writes, as text.</summary>
    internal static string Write(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text)) write(json);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    internal static void WriteIntegers(Utf8JsonWriter json, string name, ImmutableArray<int> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void WriteParameter(Utf8JsonWriter json, ParameterSpec parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        WriteIntegers(json, "shape", parameter.Shape);
        json.WriteString("kind", parameter.Kind.ToString());
        json.WriteEndObject();
    }

    private static ParameterSpec ReadParameter(JsonElement element)
    {
        var m = new JsonMembers(element);
        var parameter = new ParameterSpec(m.Text("name"), m.Integers("shape"), m.Name<ParameterKind>("kind"));
        m.End();
        return parameter;
    }

    private static void WriteOutput(Utf8JsonWriter json, NetworkOutput output)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteNumber("node", output.Node);
        json.WriteEndObject();
    }

    private static NetworkOutput ReadOutput(JsonElement element)
    {
        var m = new JsonMembers(element);
        var output = new NetworkOutput(m.Text("name"), m.Integer("node"));
        m.End();
        return output;
    }
}
