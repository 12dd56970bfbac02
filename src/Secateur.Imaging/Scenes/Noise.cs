namespace Secateur.Imaging.Scenes;

/// <summary>Smooth random values over the plane, the same for the same seed.</summary>
internal readonly struct Noise(int seed)
{
    /// <summary>Value noise: -1 to 1, changing over distances of about 1.</summary>
    public float At(float x, float y)
    {
        var (left, top) = (MathF.Floor(x), MathF.Floor(y));
        var (column, row) = ((int)left, (int)top);
        var (toRight, toBottom) = (Shape.Step(0, 1, x - left), Shape.Step(0, 1, y - top));
        var upper = Lattice(column, row) + (toRight * (Lattice(column + 1, row) - Lattice(column, row)));
        var lower = Lattice(column, row + 1) + (toRight * (Lattice(column + 1, row + 1) - Lattice(column, row + 1)));
        return upper + (toBottom * (lower - upper));
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

    private float Lattice(int column, int row)
    {
        var hash = ((uint)column * 0x9E3779B1) ^ ((uint)row * 0x85EBCA77) ^ ((uint)seed * 0xC2B2AE3D);
        hash = (hash ^ (hash >> 15)) * 0x2C1B3C6D;
        hash = (hash ^ (hash >> 12)) * 0x297A2D39;
        hash ^= hash >> 15;
        return (hash / (float)0x80000000) - 1;
    }
}
