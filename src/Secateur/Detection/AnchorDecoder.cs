using System.Numerics;
using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Runtime;

namespace Secateur.Detection;

/// <summary>
/// Turns the maps of the detection levels into boxes: one anchor a cell, centre (cell + 0.5) * stride, SSD encoding with variances 0.1 and 0.2
/// (S3FD, ICCV 2017).
/// </summary>
internal static class AnchorDecoder
{
    /// <summary>Shifts of the centre are in this part of the anchor.</summary>
    public const float CentreVariance = 0.1f;

    /// <summary>Logarithms of the size ratio are in this unit.</summary>
    public const float SizeVariance = 0.2f;

    /// <summary>Adds every box with finite corners whose face probability is above <paramref name="confidence"/>.</summary>
    /// <param name="level">Stride and anchor size.</param>
    /// <param name="loc">Encoded boxes, [4, h, w].</param>
    /// <param name="scores">Background and face logits, [2, h, w].</param>
    /// <param name="aspect">Height over width of the anchors.</param>
    /// <param name="confidence">The least probability.</param>
    /// <param name="boxes">Gets the boxes, in pixels of the network's input.</param>
    public static void Decode(DetectionLevel level, ResultMap loc, ResultMap scores, double aspect, float confidence, List<FaceDetection> boxes)
    {
        // The probability is monotone in the difference of the logits: most cells need no exponential.
        var least = confidence > 0 ? MathF.Log(confidence / (1 - confidence)) - 1e-3f : float.NegativeInfinity;
        var anchorHeight = (float)(level.AnchorSize * aspect);
        for (var y = 0; y < scores.Height; y++)
        {
            var background = scores.Row(0, y);
            var face = scores.Row(1, y);
            for (var x = SkipBackground(background, face, 0, least); x < face.Length; x = SkipBackground(background, face, x + 1, least))
            {
                if (!(face[x] - background[x] > least)) continue;
                var score = 1 / (1 + MathF.Exp(background[x] - face[x]));
                if (!(score > confidence)) continue;
                var centreX = ((x + 0.5f) * level.Stride) + (loc.Row(0, y)[x] * CentreVariance * level.AnchorSize);
                var centreY = ((y + 0.5f) * level.Stride) + (loc.Row(1, y)[x] * CentreVariance * anchorHeight);
                var width = level.AnchorSize * MathF.Exp(loc.Row(2, y)[x] * SizeVariance);
                var height = anchorHeight * MathF.Exp(loc.Row(3, y)[x] * SizeVariance);
                var box = new FaceDetection(centreX - (width / 2), centreY - (height / 2), centreX + (width / 2), centreY + (height / 2), score);

                // A box without finite corners overlaps nothing, so that no suppression would ever drop it.
                if (float.IsFinite(box.X1) && float.IsFinite(box.Y1) && float.IsFinite(box.X2) && float.IsFinite(box.Y2)) boxes.Add(box);
            }
        }
    }
    /// <summary>The first cell from <paramref name="x"/> on that is not one of a whole vector of cells without a face.</summary>
    private static int SkipBackground(ReadOnlySpan<float> background, ReadOnlySpan<float> face, int x, float least)
    {
        var threshold = new Vector<float>(least);
        while (x + Vector<float>.Count <= face.Length && !Vector.GreaterThanAny(new Vector<float>(face[x..]) - new Vector<float>(background[x..]), threshold))
            x += Vector<float>.Count;
        return x;
    }
}
