using System.Collections.Immutable;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Augmentation;

/// <summary>The square of an image that becomes a sample; may reach outside the image.</summary>
/// <param name="X">Left edge in pixels of the image.</param>
/// <param name="Y">Top edge in pixels.</param>
/// <param name="Side">Width and height in pixels.</param>
/// <param name="ClipsFaces">Whether faces are cut off at its edges, or keep their parts outside.</param>
/// <param name="Mirrored">Whether left and right are exchanged.</param>
internal readonly record struct SampleWindow(double X, double Y, double Side, bool ClipsFaces = false, bool Mirrored = false)
{
    /// <summary>Smaller faces than this, in square pixels at network size, are dropped.</summary>
    private const double SmallestArea = 36;

    /// <summary>The whole image in the middle of a square.</summary>
    public static SampleWindow Whole(int width, int height)
    {
        var side = Math.Max(width, height);
        return new SampleWindow((width - side) / 2.0, (height - side) / 2.0, side);
    }

    /// <summary>The same window in pixels of the image with sides so many times shorter.</summary>
    public SampleWindow Reduced(int reduction) => this with { X = X / reduction, Y = Y / reduction, Side = Side / reduction };

    /// <summary>Whether a face lies wholly within.</summary>
    public bool Contains(LabelledFace face) => face.X1 >= X && face.Y1 >= Y && face.X2 <= X + Side && face.Y2 <= Y + Side;

    /// <summary>The faces of the sample: those whose centre lies within and that are large enough at network size, relative to the window.</summary>
    public ImmutableArray<FaceBox> Keep(ImmutableArray<LabelledFace> faces, int imageSize)
    {
        var kept = ImmutableArray.CreateBuilder<FaceBox>();
        foreach (var face in faces)
        {
            var (centerX, centerY) = ((face.X1 + face.X2) / 2.0, (face.Y1 + face.Y2) / 2.0);
            if (centerX < X || centerX >= X + Side || centerY < Y || centerY >= Y + Side) continue;
            var (left, right) = (Relative(face.X1 - X), Relative(face.X2 - X));
            var (top, bottom) = (Relative(face.Y1 - Y), Relative(face.Y2 - Y));
            if ((right - left) * (bottom - top) * imageSize * imageSize < SmallestArea) continue;
            if (Mirrored) (left, right) = (1 - right, 1 - left);
            var box = new FaceBox((float)left, (float)top, (float)right, (float)bottom);
            if (box.X2 > box.X1 && box.Y2 > box.Y1) kept.Add(box);
        }

        return kept.DrainToImmutable();
    }

    private double Relative(double offset) => ClipsFaces ? Math.Clamp(offset / Side, 0, 1) : offset / Side;
}
