using System.Runtime.InteropServices;
using System.Text.Json;
using Secateur.Server.Work;

namespace Secateur.Server.OpenInference;

/// <summary>An answer of the protocol.</summary>
/// <param name="Body">JSON, and behind it what is binary.</param>
/// <param name="HeaderLength">The bytes of JSON; null where that is all.</param>
internal sealed record InferenceResponse(byte[] Body, int? HeaderLength)
{
    /// <summary>FP32 [K, 4]: left, top, right and bottom edge, in pixels.</summary>
    public const string Boxes = "boxes";

    /// <summary>FP32 [K]: the scores.</summary>
    public const string Scores = "scores";

    /// <summary>INT32 [K]: which picture of the request each face is in, from 0.</summary>
    public const string ImageIndex = "image_index";

    /// <summary>All outputs.</summary>
    public static IReadOnlyList<string> Names { get; } = [Boxes, Scores, ImageIndex];

    /// <summary>Writes the answer to a request.</summary>
    public static InferenceResponse Write(string model, string version, InferenceRequest request, IEnumerable<Finding> findings)
    {
        var faces = findings.SelectMany((finding, index) => finding.Found.Faces.Select(face => (Face: face, Index: index))).ToArray();
        using var json = new MemoryStream();
        using var binary = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("model_name", model);
            writer.WriteString("model_version", version);
            if (request.Id is { } id) writer.WriteString("id", id);
            writer.WriteStartArray("outputs");
            foreach (var output in request.Outputs)
            {
                if (output.Name == Boxes) Write<float>(TensorTypes.Float, output, [.. faces.SelectMany(f => new[] { f.Face.X1, f.Face.Y1, f.Face.X2, f.Face.Y2 })], writer.WriteNumberValue, 4);
                else if (output.Name == Scores) Write<float>(TensorTypes.Float, output, [.. faces.Select(f => f.Face.Score)], writer.WriteNumberValue);
                else Write<int>(TensorTypes.Int32, output, [.. faces.Select(f => f.Index)], writer.WriteNumberValue);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();

            void Write<T>(string type, WantedOutput output, T[] values, Action<T> writeNumber, int? columns = null)
                where T : unmanaged
            {
                writer.WriteStartObject();
                writer.WriteString("name", output.Name);
                writer.WriteString("datatype", type);
                writer.WriteStartArray("shape");
                writer.WriteNumberValue(faces.Length);
                if (columns is { } second) writer.WriteNumberValue(second);
                writer.WriteEndArray();
                if (output.Binary)
                {
                    // Little-endian, as the protocol wants it and every machine of .NET's is.
                    var bytes = MemoryMarshal.AsBytes(values.AsSpan());
                    writer.WriteStartObject("parameters");
                    writer.WriteNumber("binary_data_size", bytes.Length);
                    writer.WriteEndObject();
                    binary.Write(bytes);
                }
                else
                {
                    writer.WriteStartArray("data");
                    foreach (var value in values) writeNumber(value);
                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }
        }

        var length = (int)json.Length;
        json.Write(binary.ToArray());
        return new InferenceResponse(json.ToArray(), request.Outputs.Any(output => output.Binary) ? length : null);
    }
}
