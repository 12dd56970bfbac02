using System.Collections.Immutable;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Augmentation;

/// <summary>The random square crop of S3FD (Zhang et al., ICCV 2017, section 3.4): of several squares inside the image that hold a whole face, one.</summary>
internal static class SquareCrop
{
    private const int Tries = 50;
    private const int ScaledCandidates = 4;
    private const double SmallestScale = 0.3;

    /// <summary>
    /// The candidates are one square of the image's short side and four of 0.3 to 1 times that, at random places; each is tried up to 50
    /// times to hold a whole face, where there are any. Null where none does.
    /// </summary>
    public static SampleWindow? Choose(int width, int height, ImmutableArray<LabelledFace> faces, SeededRandom random)
    {
        Span<SampleWindow> found = stackalloc SampleWindow[1 + ScaledCandidates];
        var count = 0;
        for (var candidate = 0; candidate <= ScaledCandidates; candidate++)
        {
            if (Try(width, height, faces, candidate == 0 ? 1 : SmallestScale, random) is { } window) found[count++] = window;
        }

        return count > 0 ? found[random.NextIndex(count)] : null;
    }

    private static SampleWindow? Try(int width, int height, ImmutableArray<LabelledFace> faces, double smallestScale, SeededRandom random)
    {
        for (var i = 0; i < Tries; i++)
        {
            var side = Math.Min(width, height) * random.Uniform(smallestScale, 1);
            var window = new SampleWindow(random.Uniform(0, width - side), random.Uniform(0, height - side), side, ClipsFaces: true);
            if (faces.IsEmpty) return window;
            foreach (var face in faces)
            {
                if (window.Contains(face)) return window;
            }
        }

        return null;
    }
}
