using Secateur.Graph;
using Secateur.Onnx.Format;

namespace Secateur.Onnx.Export;

/// <summary>What an exported model takes.</summary>
public enum OnnxInput
{
    /// <summary><c>image</c> [N, C, H, W] float32: the network's own input, less the mean (<see cref="PixelFormat"/>).</summary>
    Float32,

    /// <summary><c>image</c> [N, H, W, 3] uint8: pixels as they are, red, green, blue.</summary>
    UInt8,
}

/// <summary>What an exported model gives.</summary>
public enum OnnxOutput
{
    /// <summary>
    /// The network's own results, such as <c>loc_0</c> and <c>conf_0</c>, [N, C, h, w]; of a model that was imported from ONNX the inputs and results of that graph.
    /// </summary>
    Heads,

    /// <summary><c>boxes</c> [N, B, 4], corners x1, y1, x2, y2 in pixels of the input, and <c>scores</c> [N, B], face probabilities, of all B anchors.</summary>
    Boxes,

    /// <summary>
    /// What suppression leaves of the faces of all images: <c>boxes</c> [M, 4], <c>scores</c> [M], best first within an image, and
    /// <c>batch_index</c> [M] int64, the image's number.
    /// </summary>
    Faces,
}

/// <summary>How a model is exported.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The least and the most <see cref="Opset"/>.</summary>
    public const int LeastOpset = OpsetVersions.Least, MostOpset = OpsetVersions.Most;

    /// <summary>What it takes.</summary>
    public OnnxInput Input { get; init; }

    /// <summary>What it gives.</summary>
    public OnnxOutput Output { get; init; }

    /// <summary>Height and width of the one image that it takes; null for any number of images of any size.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>The version of ONNX's operators: the older, the more programs read it. Null for the least, or that of the graph that a model was imported from.</summary>
    public int? Opset { get; init; }

    /// <summary>For <see cref="OnnxOutput.Faces"/>: faces score above this probability.</summary>
    public float Confidence { get; init; } = 0.5f;

    /// <summary>For <see cref="OnnxOutput.Faces"/>: of two boxes that overlap by more than this intersection over union, the weaker is dropped.</summary>
    public float Iou { get; init; } = 0.3f;

    /// <summary>For <see cref="OnnxOutput.Faces"/>: faces of an image at most.</summary>
    public int MaxDetections { get; init; } = 750;
}
