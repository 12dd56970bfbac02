using Secateur.Pixels;

namespace Secateur.Detection;

/// <summary>
/// The multi-scale test of the WIDER FACE evaluation, as S3FD introduced it and EXTD and EResFD use it: a base pass, its mirror image, a shrunk
/// pass for large faces, enlarged passes for small ones, and box voting over all.
/// </summary>
internal static class MultiScaleTest
{
    // The passes' images are scaled to at most about this area.
    private const double MaxArea = 1700.0 * 1200.0;
    private const float SmallestLarge = 30;
    private const float LargestSmall = 100;

    /// <summary>Runs all passes.</summary>
    /// <param name="image">The image at its own size.</param>
    /// <param name="pass">Detects at a scale; boxes in pixels of the image that it is given.</param>
    /// <param name="keep">Faces returned at most.</param>
    public static List<FaceDetection> Run(RgbImage image, Func<RgbImage, double, List<FaceDetection>> pass, int keep)
    {
        var max = Math.Sqrt(MaxArea / ((double)image.Height * image.Width));
        var baseScale = Math.Min(max, 1);
        var all = pass(image, baseScale);
        all.AddRange(pass(image.Mirror(), baseScale).Select(b => b with { X1 = image.Width - b.X2, X2 = image.Width - b.X1 }));
        var shrunk = max >= 0.75 ? 0.5 : 0.5 * max;
        all.AddRange(pass(image, shrunk).Where(IsLarge));
        all.AddRange(Enlarged(image, pass, max, shrunk));
        return BoxVoting.Run(all, keep);
    }

    private static IEnumerable<FaceDetection> Enlarged(RgbImage image, Func<RgbImage, double, List<FaceDetection>> pass, double max, double shrunk)
    {
        var scale = max > 1 ? Math.Min(2, max) : (shrunk + max) / 2;
        var boxes = pass(image, scale);
        if (max > 2)
        {
            for (scale *= 2; scale < max; scale *= 2) boxes.AddRange(pass(image, scale));
            boxes.AddRange(pass(image, max));
        }

        return scale > 1 ? boxes.Where(b => MathF.Min(b.X2 - b.X1, b.Y2 - b.Y1) + 1 < LargestSmall) : boxes.Where(IsLarge);
    }

    private static bool IsLarge(FaceDetection box) => MathF.Max(box.X2 - box.X1, box.Y2 - box.Y1) + 1 > SmallestLarge;
}
