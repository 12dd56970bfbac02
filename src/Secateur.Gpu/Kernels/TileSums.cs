using System.Runtime.CompilerServices;

namespace Secateur.Gpu.Kernels;

/// <summary>
/// The sums of up to 16 channels for the four rows of a thread, in registers. <c>width</c>, the number of channels, is a constant of the compiled
/// kernel, so that the others cost nothing: a layer of 13 filters has 13 sums.
/// </summary>
internal struct TileSums
{
    public const int MostChannels = 16;

    private Four _0;
    private Four _1;
    private Four _2;
    private Four _3;
    private Four _4;
    private Four _5;
    private Four _6;
    private Four _7;
    private Four _8;
    private Four _9;
    private Four _10;
    private Four _11;
    private Four _12;
    private Four _13;
    private Four _14;
    private Four _15;

    /// <summary>Adds the products of four rows of an input channel and the weights of every channel, from <paramref name="at"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int width, ILGPU.ArrayView<Four> weights, long at, Four x)
    {
        var w = weights[at];
        _0.Add(w.A, x);
        if (width > 1) _1.Add(w.B, x);
        if (width > 2) _2.Add(w.C, x);
        if (width > 3) _3.Add(w.D, x);
        if (width > 4)
        {
            w = weights[at + 1];
            _4.Add(w.A, x);
            if (width > 5) _5.Add(w.B, x);
            if (width > 6) _6.Add(w.C, x);
            if (width > 7) _7.Add(w.D, x);
        }

        if (width > 8)
        {
            w = weights[at + 2];
            _8.Add(w.A, x);
            if (width > 9) _9.Add(w.B, x);
            if (width > 10) _10.Add(w.C, x);
            if (width > 11) _11.Add(w.D, x);
        }

        if (width > 12)
        {
            w = weights[at + 3];
            _12.Add(w.A, x);
            if (width > 13) _13.Add(w.B, x);
            if (width > 14) _14.Add(w.C, x);
            if (width > 15) _15.Add(w.D, x);
        }
    }

    /// <summary>The sums of a channel; <paramref name="channel"/> is a constant where it is called.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Four Of(int channel) => channel switch
    {
        0 => _0,
        1 => _1,
        2 => _2,
        3 => _3,
        4 => _4,
        5 => _5,
        6 => _6,
        7 => _7,
        8 => _8,
        9 => _9,
        10 => _10,
        11 => _11,
        12 => _12,
        13 => _13,
        14 => _14,
        _ => _15,
    };
}
