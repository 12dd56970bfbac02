using System.Globalization;
using Google.Protobuf;
using Secateur.Graph;
using Secateur.Weights;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Format;

/// <summary>
/// What an imported ONNX graph has behind the network's results, kept as it was: nodes that read the network's outputs by their names, constants, and how
/// the graph's inputs and outputs are called. Export writes it again.
/// </summary>
internal sealed class OnnxTail
{
    private const string Key = "onnx.tail";
    private const string ScaleKey = "image_scale";
    private const int MaxBytes = 1 << 25;

    private readonly ModelProto _model;

    private OnnxTail(ModelProto model) => _model = model;

    /// <summary>Nodes, constants and outputs; the one input is the image.</summary>
    public GraphProto Graph => _model.Graph;

    /// <summary>The image.</summary>
    public ValueInfoProto Image => Graph.Input[0];

    /// <summary>What the graph's image is, times the network's: 1 but for a detector whose image is made of pixels.</summary>
    public float ImageScale =>
        _model.MetadataProps.FirstOrDefault(p => p.Key == ScaleKey) is { } scale && float.TryParse(scale.Value, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 1;

    /// <summary>The version of the nodes' operators.</summary>
    public int Opset => (int)_model.OpsetImport[0].Version;

    /// <summary>The tail of a graph of this version.</summary>
    public static OnnxTail Of(GraphProto graph, int opset) => new(new ModelProto { Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = opset } } });

    /// <summary>The tail that a model has; null for none.</summary>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    public static OnnxTail? Find(Model model)
    {
        if (!model.Info.Attachments.TryGetValue(Key, out var text)) return null;
        using var file = UntrustedFile.Of($"{model.Network.Architecture}, attachment {Key}", BytesOf(text));
        var bytes = file.Read(0, file.Length);
        WireBudget.Check(file, bytes);
        try
        {
            var tail = ModelProto.Parser.ParseFrom(bytes);
            return tail is { Graph.Input: [var image], OpsetImport.Count: 1 } && image.Type?.TensorType?.Shape is { Dim.Count: 4 }
                ? new OnnxTail(tail)
                : throw file.Invalid("is no graph of one image");
        }
        catch (InvalidProtocolBufferException error)
        {
            throw file.Invalid($"is no ONNX graph: {error.Message}", error);
        }

        static byte[] BytesOf(string text)
        {
            try
            {
                return Convert.FromBase64String(text);
            }
            catch (FormatException)
            {
                return [0];
            }
        }
    }

    /// <summary>The tail behind a network whose image is the graph's, divided by a number.</summary>
    public OnnxTail WithImageScale(float scale)
    {
        var model = _model.Clone();
        if (scale != 1) model.MetadataProps.Add(new StringStringEntryProto { Key = ScaleKey, Value = scale.ToString("R", CultureInfo.InvariantCulture) });
        return new OnnxTail(model);
    }

    /// <summary>Information with the tail.</summary>
    /// <exception cref="NetworkException">It is too large.</exception>
    public ModelInfo AttachTo(ModelInfo info)
    {
        var bytes = _model.ToByteArray();
        return bytes.Length <= MaxBytes
            ? info with { Attachments = info.Attachments.SetItem(Key, Convert.ToBase64String(bytes)) }
            : throw new NetworkException($"what stands behind the network's results takes {bytes.Length} bytes, expected at most {MaxBytes}");
    }
}
