namespace Secateur.Kernels.Layout;

/// <summary>
/// How a feature map [C, H, W] lies in memory: one plane a channel, rows of <see cref="Pitch"/> = W + halo floats, with halo zeros around.
/// The zeros right of one row are those left of the next, so a plane is one flat run of positions y * Pitch + x, and a tap of a convolution
/// is a constant offset along it, at the borders too. Vectors run across row ends; what they compute in the gaps is zeroed again.
/// </summary>
internal readonly record struct PlanarLayout
{
    public PlanarLayout(int height, int width, int halo)
    {
        Height = height;
        Width = width;
        Halo = halo;
        Pitch = width + halo;
        Origin = CacheLines.RoundUp((halo * Pitch) + halo);
        PlaneStride = CacheLines.Spread(Origin + ((height + halo) * Pitch) + halo);
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Zeros on each side, in rows and in columns.</summary>
    public int Halo { get; }

    /// <summary>Floats from one row to the next.</summary>
    public int Pitch { get; }

    /// <summary>Floats from the start of a plane to its first pixel.</summary>
    public int Origin { get; }

    /// <summary>Floats from one plane to the next.</summary>
    public int PlaneStride { get; }

    /// <summary>Positions from the first pixel to the last, the gaps between rows included.</summary>
    public int Positions => ((Height - 1) * Pitch) + Width;

    /// <summary>The same for planes of <paramref name="height"/> rows.</summary>
    public PlanarLayout OfHeight(int height) => new(height, Width, Halo);

    /// <summary>Zeroes the gaps among positions [start, end) of a plane, and its outer halo where the range touches it.</summary>
    /// <param name="origin">The plane's first pixel.</param>
    /// <param name="start">First position.</param>
    /// <param name="end">One past the last.</param>
    public unsafe void ClearHalo(float* origin, int start, int end)
    {
        if (Halo == 0) return;
        var border = (Halo * Pitch) + Halo;
        if (start == 0) new Span<float>(origin - border, border).Clear();
        if (end >= Positions) new Span<float>(origin + Positions, border).Clear();

        // A gap belongs to whoever computed any part of it; zeroing one twice does no harm.
        for (var row = start / Pitch; row < Height - 1 && (row * Pitch) + Width < end; row++)
            new Span<float>(origin + (row * Pitch) + Width, Halo).Clear();
    }

    /// <summary>The same for a plane of quads, with what stands for zeros in it.</summary>
    public unsafe void FillHalo(uint* origin, uint zero, int start, int end)
    {
        if (Halo == 0) return;
        var border = (Halo * Pitch) + Halo;
        if (start == 0) new Span<uint>(origin - border, border).Fill(zero);
        if (end >= Positions) new Span<uint>(origin + Positions, border).Fill(zero);
        for (var row = start / Pitch; row < Height - 1 && (row * Pitch) + Width < end; row++)
            new Span<uint>(origin + (row * Pitch) + Width, Halo).Fill(zero);
    }
}
