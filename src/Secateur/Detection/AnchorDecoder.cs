using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Runtime.Memory;

namespace Secateur.Detection;

/// <summary>
/// Turns anchors of the detection levels into boxes: centre (cell + 0.5) * stride, SSD encoding with the head's variances (S3FD, ICCV 2017), or distances
/// from that centre.
/// </summary>
internal static class AnchorDecoder
{
    /// <summary>The box of a candidate, in pixels of the network's input; null for one without finite corners.</summary>
    /// <param name="head">Strides, anchors and variances.</param>
    /// <param name="loc">Encoded boxes of the candidate's level, [4 A, h, w].</param>
    /// <param name="candidate">The anchor.</param>
    public static FaceDetection? Decode(DetectorHead head, ResultMap loc, Candidate candidate)
    {
        var (level, x, y) = (head.Levels[candidate.Level], candidate.X, candidate.Y);
        var (anchorWidth, first) = (level.AnchorSizes[candidate.Anchor], candidate.Anchor * DetectionLevel.BoxChannels);
        if (head.Boxes == BoxRegression.Distances) return OfDistances(level.Stride, loc, candidate, first);
        var anchorHeight = (float)(anchorWidth * head.AnchorAspect);
        var (centre, size) = (head.Variances.Centre, head.Variances.Size);
        var centreX = ((x + 0.5f) * level.Stride) + (loc.Row(first, y)[x] * centre * anchorWidth);
        var centreY = ((y + 0.5f) * level.Stride) + (loc.Row(first + 1, y)[x] * centre * anchorHeight);
        var width = anchorWidth * MathF.Exp(loc.Row(first + 2, y)[x] * size);
        var height = anchorHeight * MathF.Exp(loc.Row(first + 3, y)[x] * size);
        return Finite(new FaceDetection(centreX - (width / 2), centreY - (height / 2), centreX + (width / 2), centreY + (height / 2), candidate.Score));
    }

    private static FaceDetection? OfDistances(int stride, ResultMap loc, Candidate candidate, int first)
    {
        var (x, y) = (candidate.X, candidate.Y);
        return Finite(new FaceDetection(
            (x + 0.5f - Distance(0)) * stride, (y + 0.5f - Distance(1)) * stride, (x + 0.5f + Distance(2)) * stride, (y + 0.5f + Distance(3)) * stride, candidate.Score));

        float Distance(int side) => loc.Row(first + side, y)[x];
    }

    // A box without finite corners overlaps nothing, so that no suppression would ever drop it.
    private static FaceDetection? Finite(FaceDetection box) =>
        float.IsFinite(box.X1) && float.IsFinite(box.Y1) && float.IsFinite(box.X2) && float.IsFinite(box.Y2) ? box : null;
}
