using Secateur.Graph;

namespace Secateur.Runtime.Memory;

/// <summary>An image that stays where it is while a plan runs.</summary>
internal readonly unsafe struct ImagePointer
{
    /// <summary>RGB bytes, row by row, from which a mean is subtracted.</summary>
    public ImagePointer(byte* pixels) => Pixels = pixels;

    /// <summary>Values [C, H, W] as they are.</summary>
    public ImagePointer(float* values) => Values = values;

    /// <summary>Its bytes, or null.</summary>
    public byte* Pixels { get; }

    /// <summary>Its values, or null.</summary>
    public float* Values { get; }
}

/// <summary>Where in a plan's memory it is said where the image is: steps are shared by all who run the plan, images are not.</summary>
/// <param name="Position">In floats from the start of the memory.</param>
/// <param name="Shape">The image's shape.</param>
internal sealed unsafe record ImagePlace(nint Position, MapShape Shape)
{
    /// <summary>Floats of memory that it takes: a cache line.</summary>
    public const int Floats = 16;

    /// <summary>The image of the next run.</summary>
    public ref ImagePointer In(float* memory) => ref *(ImagePointer*)(memory + Position);
}
