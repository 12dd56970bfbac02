using System.Collections.Immutable;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// Data-anchor-sampling (Tang, Du, He, Liu, PyramidBox, ECCV 2018, section 3.4): brings a face near the size of an anchor at or below its own,
/// or one above, which makes more small faces out of large ones.
/// </summary>
internal static class AnchorSampling
{
    private const int Tries = 50;

    /// <summary>The largest target takes at most this share of the sample's side: 512 of 640 pixels.</summary>
    private const double LargestShare = 0.8;

    /// <summary>
    /// Picks a face and a target size, and with them the scale target / side * 2^U(-1, 1); the window is one of those of the sample's size
    /// that contain the face, at random, or that contain the image where all of it fits. Null where no try gives a window that the face fits into.
    /// </summary>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="faces">Its faces; at least one.</param>
    /// <param name="anchorSizes">The sizes of the detector's anchors in pixels, ascending; at least one.</param>
    /// <param name="imageSize">Width and height of the sample in pixels.</param>
    /// <param name="random">The sample's random numbers.</param>
    public static SampleWindow? Choose(
        int width, int height, ImmutableArray<LabelledFace> faces, ImmutableArray<int> anchorSizes, int imageSize, SeededRandom random)
    {
        var face = faces[random.NextIndex(faces.Length)];
        var side = Math.Sqrt((double)face.Width * face.Height);
        var targets = TargetCount(anchorSizes, side, imageSize);
        for (var i = 0; i < Tries; i++)
        {
            var scale = anchorSizes[random.NextIndex(targets)] / side * Math.Pow(2, random.Uniform(-1, 1));
            var window = imageSize / scale;
            if (window < Math.Max(face.Width, face.Height)) continue;
            var imageFits = window >= Math.Max(width, height);
            var x = imageFits ? random.Uniform(width - window, 0) : random.Uniform(face.X2 - window, face.X1);
            var y = imageFits ? random.Uniform(height - window, 0) : random.Uniform(face.Y2 - window, face.Y1);
            return new SampleWindow(x, y, window);
        }

        return null;
    }

    /// <summary>How many of the anchor sizes, from the smallest, a face of this side may be brought to.</summary>
    private static int TargetCount(ImmutableArray<int> anchorSizes, double side, int imageSize)
    {
        var nearest = 0;
        for (var i = 1; i < anchorSizes.Length; i++)
        {
            if (Math.Abs(anchorSizes[i] - side) < Math.Abs(anchorSizes[nearest] - side)) nearest = i;
        }

        var count = Math.Min(nearest + 2, anchorSizes.Length);
        while (count > 1 && anchorSizes[count - 1] > LargestShare * imageSize) count--;
        return count;
    }
}
