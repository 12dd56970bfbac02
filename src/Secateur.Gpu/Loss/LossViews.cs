using ILGPU;
using Secateur.Graph;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Loss;

/// <summary>What the kernels of the loss share. All of it stays where it is from step to step, so that launches can be recorded.</summary>
internal struct LossViews
{
    /// <summary>Anchors of an image.</summary>
    public int AnchorCount;

    /// <summary>Images of the batch, absent ones included.</summary>
    public int Batch;

    /// <summary>The units in which boxes are encoded.</summary>
    public BoxVariances Variances;

    /// <summary>[A]: the anchors as the matching sees them.</summary>
    public ArrayView<BoxEdges> Edges;

    /// <summary>[A]: the anchors as boxes are encoded by them.</summary>
    public ArrayView<Anchor> Anchors;

    /// <summary>The faces of all images, one image after another.</summary>
    public ArrayView<BoxEdges> Faces;

    /// <summary>[N + 2]: where the faces of each image start, where those of the last one end, and how many images are there.</summary>
    public ArrayView<int> Starts;

    /// <summary>What the faces found, one by one.</summary>
    public ArrayView<FaceMatch> Found;

    /// <summary>[N, A]: what anchors are chosen by; 0 where one cannot be chosen.</summary>
    public ArrayView<uint> Keys;

    /// <summary>[N, A]: the face of each anchor, counted within its image.</summary>
    public ArrayView<int> Matches;

    /// <summary>[N, A]: the part of each anchor in the loss.</summary>
    public ArrayView<byte> Roles;

    /// <summary>[N]: anchors that learn a face.</summary>
    public ArrayView<int> Positives;

    /// <summary>[1]: what the batch's sums are divided by.</summary>
    public ArrayView<int> Divisor;

    /// <summary>[N, groups of anchors]: sums of the boxes' loss.</summary>
    public ArrayView<double> LocationParts;

    /// <summary>[N, groups of anchors]: sums of the scores' loss.</summary>
    public ArrayView<double> ConfidenceParts;

    /// <summary>[N, 3]: what is read back: loss of boxes, loss of scores, positives.</summary>
    public ArrayView<double> Sums;

    /// <summary>Values that are read back of an image.</summary>
    public const int SumsOfImage = 3;

    /// <summary>An anchor outside the loss.</summary>
    public const byte Ignored = 0;

    /// <summary>An anchor that learns a face.</summary>
    public const byte Positive = 1;

    /// <summary>An anchor that learns the background.</summary>
    public const byte Negative = 2;
}
