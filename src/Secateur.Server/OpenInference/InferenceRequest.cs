using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Secateur.Pixels;
using Secateur.Server.Problems;
using Secateur.Server.Requests;
using Secateur.Server.Work;

namespace Secateur.Server.OpenInference;

/// <summary>A request of the protocol: pictures, how to look for faces, and how to answer.</summary>
/// <param name="Id">What the caller calls it; repeated in the answer.</param>
/// <param name="Pictures">Give the pictures.</param>
/// <param name="Query">How to look.</param>
/// <param name="Outputs">The outputs that are wanted, and which of them as binary data.</param>
internal sealed record InferenceRequest(string? Id, IReadOnlyList<Func<RgbImage>> Pictures, DetectQuery Query, IReadOnlyList<WantedOutput> Outputs)
{
    public const string InputName = "image";

    /// <summary>JSON's values at most: each takes many times the memory of its text. Strings of base64 are one value however long.</summary>
    private const int MostValues = 1 << 20;

    private const string ParametersName = "parameters";

    /// <summary>Reads a request.</summary>
    /// <param name="body">JSON, and behind it what is binary.</param>
    /// <param name="jsonLength">The bytes of JSON; null for all.</param>
    /// <param name="source">Makes pictures of tensors.</param>
    /// <exception cref="RequestException">It is no such request.</exception>
    public static InferenceRequest Read(byte[] body, int? jsonLength, PictureSource source)
    {
        if (jsonLength > body.Length) throw Bad($"the JSON is said to have {jsonLength} bytes, and the body has {body.Length}");
        var json = body.AsMemory(0, jsonLength ?? body.Length);
        if (json.Span.Count((byte)',') >= MostValues)
            throw new RequestException(StatusCodes.Status413PayloadTooLarge, "too-many-values", $"the JSON has more than the {MostValues} values that are taken; send the tensor as binary data, or as BYTES");
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(Require(document.RootElement, JsonValueKind.Object, "the request"), body.AsMemory(json.Length), source);
        }
        catch (JsonException error)
        {
            throw Bad($"the JSON cannot be read, line {error.LineNumber + 1}, byte {error.BytePositionInLine}");
        }
        catch (InvalidOperationException)
        {
            // Strings are looked at when they are asked for.
            throw Bad("a string in the JSON is no text: it has bytes that are no UTF-8, or half of a surrogate pair");
        }
    }

    /// <summary>What is said of a request that is none.</summary>
    public static RequestException Bad(string detail) => new(StatusCodes.Status400BadRequest, "bad-inference-request", detail);

    private static InferenceRequest Read(JsonElement root, ReadOnlyMemory<byte> binary, PictureSource source)
    {
        var id = Find(root, "id") is { } given ? Require(given, JsonValueKind.String, "id").GetString() : null;
        var parameters = new Parameters();
        var binaryOutputs = false;
        if (Find(root, ParametersName) is { } all)
        {
            foreach (var parameter in Require(all, JsonValueKind.Object, ParametersName).EnumerateObject())
            {
                // Clients add parameters of their own, and of other servers; the model is in the address.
                if (parameter.Name == "binary_data_output") binaryOutputs = IsTrue(parameter.Value, parameter.Name);
                else if (parameter.Name != Parameters.ModelName && Parameters.Names.Contains(parameter.Name)) parameters.Add(parameter.Name, parameter.Value.ToString());
            }
        }

        var query = parameters.ReadQuery();
        var outputs = Find(root, "outputs") is { } wanted ? ReadOutputs(wanted, binaryOutputs) : [];
        if (outputs.Count == 0) outputs = [.. InferenceResponse.Names.Select(name => new WantedOutput(name, binaryOutputs))];
        return new InferenceRequest(id, ReadInput(root, binary, source), query, outputs);
    }

    private static List<WantedOutput> ReadOutputs(JsonElement outputs, bool binary)
    {
        var wanted = new List<WantedOutput>();
        foreach (var output in Require(outputs, JsonValueKind.Array, "outputs").EnumerateArray())
        {
            var name = Text(Require(output, JsonValueKind.Object, "an output"), "name");
            if (!InferenceResponse.Names.Contains(name)) throw Bad($"there is no such output; there are {string.Join(", ", InferenceResponse.Names)}");
            if (wanted.Any(w => w.Name == name)) throw Bad($"the output {name} is asked for twice");
            wanted.Add(new WantedOutput(name, Parameter(output, "binary_data") is { } own ? IsTrue(own, "binary_data") : binary));
        }

        return wanted;
    }

    private static IReadOnlyList<Func<RgbImage>> ReadInput(JsonElement root, ReadOnlyMemory<byte> binary, PictureSource source)
    {
        if (!root.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array || inputs.GetArrayLength() != 1) throw Bad($"there must be one input, {InputName}");
        var input = Require(inputs[0], JsonValueKind.Object, "an input");
        if (Text(input, "name") != InputName) throw Bad($"there must be one input, {InputName}");
        if (!input.TryGetProperty("shape", out var sides) || sides.ValueKind != JsonValueKind.Array || sides.GetArrayLength() > 4) throw Bad("the input must have a shape, of four numbers at most");
        var shape = sides.EnumerateArray().Select(side => side.ValueKind == JsonValueKind.Number && side.TryGetInt64(out var length) ? length : throw Bad("the shape must be whole numbers")).ToArray();
        var type = Text(input, "datatype");
        if (type is not (TensorTypes.Bytes8 or TensorTypes.Bytes)) throw Bad($"the datatype must be {TensorTypes.Bytes8} or {TensorTypes.Bytes}");
        if (Parameter(input, "binary_data_size") is { } size)
        {
            if (size.ValueKind != JsonValueKind.Number || !size.TryGetInt32(out var bytes) || bytes != binary.Length)
                throw Bad($"binary_data_size must be the number of bytes behind the JSON, {binary.Length}");
            return type == TensorTypes.Bytes
                ? source.Encoded(shape, PictureSource.Split(binary.Span))
                : source.Raw(shape, count => count == binary.Length ? binary : throw Bad($"the shape says {count} bytes, and there are {binary.Length}"));
        }

        if (!binary.IsEmpty) throw Bad("there are bytes behind the JSON, and no input that says binary_data_size");
        if (!input.TryGetProperty("data", out var data)) throw Bad("the input has neither data nor binary_data_size");
        return type == TensorTypes.Bytes ? source.Encoded(shape, PictureSource.Decode(data)) : source.Raw(shape, count => PictureSource.Numbers(data, count));
    }

    private static JsonElement? Parameter(JsonElement element, string name) =>
        Find(element, ParametersName) is { } parameters ? Find(Require(parameters, JsonValueKind.Object, ParametersName), name) : null;

    /// <summary>What may be absent, for which clients also write null.</summary>
    private static JsonElement? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool IsTrue(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Bad($"{name} must be true or false");

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? Require(value, JsonValueKind.String, name).GetString()! : throw Bad($"{name} is missing");

    private static JsonElement Require(JsonElement element, JsonValueKind kind, string what) =>
        element.ValueKind == kind ? element : throw Bad($"{what} must be JSON's {kind.ToString().ToLowerInvariant()}");
}

/// <summary>An output that a caller wants.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether as bytes behind the JSON.</param>
internal sealed record WantedOutput(string Name, bool Binary);
