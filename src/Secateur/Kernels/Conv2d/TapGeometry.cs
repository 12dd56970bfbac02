using Secateur.Kernels.Layout;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// The taps of a convolution along one axis. Tap k of output pixel q reads input pixel stride * q + dilation * k - padding = stride * (q + Shift) + Phase:
/// so over planes that hold every stride-th pixel, a strided convolution is one of stride 1.
/// </summary>
internal sealed record TapGeometry(ConvGeometry Conv)
{
    /// <summary>Which of the stride's planes tap <paramref name="k"/> reads.</summary>
    public int Phase(int k) => (k * Conv.Dilation) - Conv.Padding - (Shift(k) * Conv.Stride);

    /// <summary>By how many output pixels tap <paramref name="k"/> is displaced.</summary>
    public int Shift(int k) => (int)Math.Floor(((k * Conv.Dilation) - Conv.Padding) / (double)Conv.Stride);

    /// <summary>How far taps reach before the output pixel.</summary>
    public int Before => Math.Max(0, -Shift(0));

    /// <summary>How far taps reach after the output pixel.</summary>
    public int After => Math.Max(0, Shift(Conv.Kernel - 1));

    /// <summary>Whether the taps can read the input's own planes: same size, stride 1.</summary>
    public bool ReadsDirectly => Conv.Stride == 1 && (2 * Conv.Padding) + 1 == Conv.Extent;

    /// <summary>The phases that some tap reads, ascending.</summary>
    public int[] Phases()
    {
        var read = new bool[Conv.Stride];
        for (var k = 0; k < Conv.Kernel; k++) read[Phase(k)] = true;
        var phases = new List<int>(Conv.Stride);
        for (var phase = 0; phase < Conv.Stride; phase++)
        {
            if (read[phase]) phases.Add(phase);
        }

        return [.. phases];
    }

    /// <summary>The taps that lead from an input pixel of a phase to output pixels, and by how many output pixels these are displaced.</summary>
    public IEnumerable<(int Tap, int Shift)> GradientTaps(int phase)
    {
        for (var k = 0; k < Conv.Kernel; k++)
        {
            var reach = phase + Conv.Padding - (k * Conv.Dilation);
            if (reach % Conv.Stride == 0) yield return (k, reach / Conv.Stride);
        }
    }

    /// <summary>The distance of every tap [I, K, K] from position 0 of the first input plane.</summary>
    /// <param name="planes">For each input channel its number of planes behind the first, [I]; counted in channels where there are phases.</param>
    /// <param name="layout">Of the planes that are read.</param>
    /// <param name="phases">The phases along each axis that the planes hold: plane (channel * phases + row phase) * phases + column phase.</param>
    public int[] Offsets(ReadOnlySpan<int> planes, PlanarLayout layout, ReadOnlySpan<int> phases)
    {
        var kernel = Conv.Kernel;
        var offsets = new int[planes.Length * kernel * kernel];
        var at = 0;
        foreach (var channel in planes)
        {
            for (var ky = 0; ky < kernel; ky++)
            {
                for (var kx = 0; kx < kernel; kx++)
                {
                    var plane = (((channel * phases.Length) + phases.IndexOf(Phase(ky))) * phases.Length) + phases.IndexOf(Phase(kx));
                    offsets[at++] = (plane * layout.PlaneStride) + (Shift(ky) * layout.Pitch) + Shift(kx);
                }
            }
        }

        return offsets;
    }
}
