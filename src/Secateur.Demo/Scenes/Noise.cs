using System.Runtime.Intrinsics;

namespace Secateur.Demo.Scenes;

/// <summary>Smooth random values over the plane, the same for the same seed.</summary>
internal readonly struct Noise(int seed)
{
    private const uint PerColumn = 0x9E3779B1;
    private const uint PerRow = 0x85EBCA77;
    private static readonly Vector128<uint> Steps = Vector128.Create(0, PerColumn, PerRow, unchecked(PerColumn + PerRow));

    /// <summary>Value noise: -1 to 1, changing over distances of about 1.</summary>
    public float At(float x, float y)
    {
        var (left, top) = (MathF.Floor(x), MathF.Floor(y));
        var corners = Corners((int)left, (int)top);
        var (toRight, toBottom) = (Shape.Ease(x - left), Shape.Ease(y - top));
        var upper = float.Lerp(corners[0], corners[1], toRight);
        return upper + (toBottom * (float.Lerp(corners[2], corners[3], toRight) - upper));
    }

    /// <summary>Value noise with finer and fainter noise added, each octave half as large: about -1 to 1.</summary>
    public float Rough(float x, float y, int octaves)
    {
        var (sum, weight) = (0f, 0.55f);
        for (var octave = 0; octave < octaves; octave++, weight /= 2)
        {
            sum += weight * At(x, y);
            (x, y) = ((x * 2.03f) + 17.3f, (y * 2.03f) - 9.1f);
        }
        return sum;
    }

    /// <summary>A value of a pixel, unrelated to those of its neighbours: -1 to 1, most often near 0.</summary>
    public float Grain(int column, int row)
    {
        var two = Corners(2 * column, row);
        return 0.5f * (two[0] + two[1]);
    }

    /// <summary>The values at a place of the lattice, right of it, below it, and right below.</summary>
    private Vector128<float> Corners(int column, int row)
    {
        var hash = Vector128.Create(((uint)column * PerColumn) + ((uint)row * PerRow) + ((uint)seed * 0xC2B2AE3D)) + Steps;
        hash = (hash ^ (hash >>> 15)) * 0x2C1B3C6D;
        hash = (hash ^ (hash >>> 12)) * 0x297A2D39;
        hash ^= hash >>> 15;
        return Vector128.ConvertToSingle(hash.AsInt32()) * (1 / (float)0x80000000);
    }
}
