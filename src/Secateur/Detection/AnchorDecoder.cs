using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Runtime;

namespace Secateur.Detection;

/// <summary>
/// Turns cells of the detection levels into boxes: one anchor a cell, centre (cell + 0.5) * stride, SSD encoding with variances 0.1 and 0.2
/// (S3FD, ICCV 2017).
/// </summary>
internal static class AnchorDecoder
{
    /// <summary>Shifts of the centre are in this part of the anchor.</summary>
    public const float CentreVariance = 0.1f;

    /// <summary>Logarithms of the size ratio are in this unit.</summary>
    public const float SizeVariance = 0.2f;

    /// <summary>The box of a cell, in pixels of the network's input; null for one without finite corners.</summary>
    /// <param name="level">Stride and anchor size.</param>
    /// <param name="loc">Encoded boxes, [4, h, w].</param>
    /// <param name="cell">The cell.</param>
    /// <param name="aspect">Height over width of the anchors.</param>
    public static FaceDetection? Decode(DetectionLevel level, ResultMap loc, CandidateCell cell, double aspect)
    {
        var (x, y) = (cell.X, cell.Y);
        var anchorHeight = (float)(level.AnchorSize * aspect);
        var centreX = ((x + 0.5f) * level.Stride) + (loc.Row(0, y)[x] * CentreVariance * level.AnchorSize);
        var centreY = ((y + 0.5f) * level.Stride) + (loc.Row(1, y)[x] * CentreVariance * anchorHeight);
        var width = level.AnchorSize * MathF.Exp(loc.Row(2, y)[x] * SizeVariance);
        var height = anchorHeight * MathF.Exp(loc.Row(3, y)[x] * SizeVariance);
        var box = new FaceDetection(centreX - (width / 2), centreY - (height / 2), centreX + (width / 2), centreY + (height / 2), cell.Score);

        // A box without finite corners overlaps nothing, so that no suppression would ever drop it.
        return float.IsFinite(box.X1) && float.IsFinite(box.Y1) && float.IsFinite(box.X2) && float.IsFinite(box.Y2) ? box : null;
    }
}
