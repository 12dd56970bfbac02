using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Quads;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime.Steps;

/// <summary>Quads that are read row by row.</summary>
internal abstract unsafe class QuadRows
{
    /// <summary>Floats of scratch memory for a row, a multiple of a cache line.</summary>
    public virtual long ScratchFloats => 0;

    /// <summary>Where row <paramref name="y"/> of a plane is, maybe made in the scratch memory.</summary>
    public abstract uint* Row(float* memory, float* scratch, int plane, int y);
}

/// <summary>The rows of a map in the plan's memory.</summary>
/// <param name="layout">Its layout.</param>
/// <param name="planes">Position 0 of each plane.</param>
internal sealed unsafe class MapQuadRows(PlanarLayout layout, nint[] planes) : QuadRows
{
    public override uint* Row(float* memory, float* scratch, int plane, int y) => (uint*)(memory + planes[plane]) + ((nint)y * layout.Pitch);
}

/// <summary>The rows of an image, a byte for each of its channels.</summary>
/// <param name="place">Where it is, and its shape.</param>
/// <param name="format">The mean and the order of the channels.</param>
internal sealed unsafe class ImageQuadRows(ImagePlace place, PixelFormat format) : QuadRows
{
    public override long ScratchFloats => CacheLines.RoundUp(place.Shape.Width);

    public override uint* Row(float* memory, float* scratch, int plane, int y)
    {
        var (image, width) = (place.In(memory), place.Shape.Width);
        var row = (uint*)scratch;
        if (image.Pixels is not null) PixelQuads.Run(image.Pixels + ((long)y * width * 3), width, format.RedPlane, row);
        else
        {
            for (var x = 0; x < width; x++) row[x] = Quad(image.Values + ((long)y * width) + x);
        }

        return row;
    }

    /// <summary>A pixel of which the mean was subtracted.</summary>
    private uint Quad(float* values)
    {
        var (quad, plane) = (0u, (long)place.Shape.Height * place.Shape.Width);
        for (var c = 0; c < place.Shape.Channels; c++)
        {
            var value = values[c * plane] + format.Mean[Math.Abs(format.RedPlane - c)];
            quad |= (uint)MathF.Round(Math.Clamp(value, 0, byte.MaxValue)) << (8 * c);
        }

        return quad;
    }
}
