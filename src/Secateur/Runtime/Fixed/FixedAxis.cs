using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Upsample;

namespace Secateur.Runtime.Fixed;

/// <summary>
/// One axis of a map that does not depend on the image: the first <paramref name="Head"/> and last <paramref name="Tail"/> places may differ
/// (they see the zero padding), all between are alike and stored once.
/// </summary>
internal readonly record struct FixedAxis(int Size, int Head, int Tail)
{
    /// <summary>Places that are stored.</summary>
    public int Stored => Math.Min(Size, Head + 1 + Tail);

    /// <summary>Where place <paramref name="index"/> is stored.</summary>
    public int Locate(int index) => index < Size - Tail ? Math.Min(index, Stored - Tail - 1) : index - (Size - Stored);

    /// <summary>A place that stored place <paramref name="stored"/> stands for.</summary>
    public int Representative(int stored) => stored < Stored - Tail ? stored : stored + (Size - Stored);

    /// <summary>How many places stored place <paramref name="stored"/> stands for.</summary>
    public int Count(int stored) => stored == Stored - Tail - 1 ? Size - Stored + 1 : 1;

    /// <summary>The axis on which both differ from place to place at most where one of them does.</summary>
    public FixedAxis Join(FixedAxis other) => Create(Size, Math.Max(Head, other.Head), Math.Max(Tail, other.Tail));

    /// <summary>The result's axis of a convolution over this one.</summary>
    public FixedAxis Convolve(ConvGeometry conv)
    {
        var size = conv.OutputSize(Size);
        var axis = this;
        return FromUniform(size, o => (o * conv.Stride) - conv.Padding >= axis.Head && (o * conv.Stride) - conv.Padding + conv.Extent <= axis.Size - axis.Tail);
    }

    /// <summary>The result's axis of nearest upsampling.</summary>
    public FixedAxis Nearest(int size)
    {
        var axis = this;
        return FromUniform(size, o => axis.IsUniform(NearestSource.Of(o, axis.Size, size)));
    }

    /// <summary>The result's axis of bilinear upsampling.</summary>
    public FixedAxis Bilinear(int size)
    {
        var axis = this;
        return FromUniform(size, o =>
        {
            var tap = BilinearTap.At(o, axis.Size, size);
            return axis.IsUniform(tap.Low) && axis.IsUniform(tap.High);
        });
    }

    private bool IsUniform(int index) => index >= Head && index < Size - Tail;

    private static FixedAxis FromUniform(int size, Func<int, bool> isUniform)
    {
        var head = 0;
        while (head < size && !isUniform(head)) head++;
        var tail = 0;
        while (tail < size - head && !isUniform(size - 1 - tail)) tail++;
        return Create(size, head, tail);
    }

    // Without a uniform place every one is stored.
    private static FixedAxis Create(int size, int head, int tail) => head + tail < size ? new FixedAxis(size, head, tail) : new FixedAxis(size, size - 1, 0);
}
