using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>Where the gradient by a channel that a step reads goes.</summary>
internal struct ChannelTarget
{
    /// <summary>Nobody needs it.</summary>
    public const int None = 0;

    /// <summary>It is the first.</summary>
    public const int Set = 1;

    /// <summary>It adds to what others have left.</summary>
    public const int Add = 2;

    /// <summary>The plane of image 0.</summary>
    public long Plane;

    /// <summary>From image to image.</summary>
    public long ImageStride;

    /// <summary>What is done with it.</summary>
    public int Mode;

    /// <summary>Brings a value to its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Put(ArrayView<float> memory, int image, int position, float value)
    {
        var at = Plane + (image * ImageStride) + position;
        if (Mode == Add) value += memory[at];
        if (Mode != None) memory[at] = value;
    }
}
