using Secateur.Graph;
using Secateur.Onnx.Format;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Export;

/// <summary>Writes a model's input, and what makes the network's of it.</summary>
internal static class ImageHead
{
    /// <summary>The name of the input.</summary>
    public const string Name = "image";

    /// <summary>The value that the network reads, [N, C, H, W].</summary>
    public static string Write(GraphWriter graph, int channels, PixelFormat pixels, OnnxExportOptions options)
    {
        var (images, height, width) = options.Size is { } size ? (1L, size.Height, size.Width) : (-1L, -1L, -1L);
        if (options.Input == OnnxInput.Float32) return graph.Input(Name, TensorProto.Types.DataType.Float, [images, channels, height, width], ["N", "C", "H", "W"]);
        var bytes = graph.Input(Name, TensorProto.Types.DataType.Uint8, [images, height, width, 3], ["N", "H", "W", "C"]);
        var numbers = graph.Add("Cast", "image.float", [bytes], Integer("to", (long)TensorProto.Types.DataType.Float));
        var planes = graph.Add("Transpose", "image.planes", [numbers], Integers("perm", 0, 3, 1, 2));
        if (pixels.Order == PixelOrder.Bgr) planes = graph.Add("Gather", "image.bgr", [planes, graph.Integers(2, 1, 0)], Integer("axis", 1));
        float[] mean = pixels.Order == PixelOrder.Bgr ? [.. pixels.Mean.Reverse()] : [.. pixels.Mean];
        return graph.Add("Sub", "image.centred", [planes, graph.Weight("image.mean", mean, [3, 1, 1])]);
    }
}
