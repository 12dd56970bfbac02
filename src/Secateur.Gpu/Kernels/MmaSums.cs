using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>The sums of up to four tiles of 16 channels for 32 positions, in the registers of a warp. <c>tiles</c> is a constant of the compiled kernel.</summary>
internal struct MmaSums
{
    /// <summary>The most tiles of channels.</summary>
    public const int MostTiles = 4;

    /// <summary>Blocks of eight positions.</summary>
    public const int Blocks = 4;

    private Four _00;
    private Four _01;
    private Four _02;
    private Four _03;
    private Four _10;
    private Four _11;
    private Four _12;
    private Four _13;
    private Four _20;
    private Four _21;
    private Four _22;
    private Four _23;
    private Four _30;
    private Four _31;
    private Four _32;
    private Four _33;

    /// <summary>Adds the products of eight input channels at a place of the kernel.</summary>
    /// <param name="shared">See <see cref="Mma.Shared"/>.</param>
    /// <param name="weights">The weights, a fragment a lane.</param>
    /// <param name="at">The lane's of the first tile.</param>
    /// <param name="step">From tile to tile.</param>
    /// <param name="tiles">Tiles.</param>
    /// <param name="low">The first four channels, a value a block.</param>
    /// <param name="high">The others.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ArrayView<float> shared, ArrayView<Four> weights, long at, long step, int tiles, Four low, Four high)
    {
        var a = Rounded(weights[at]);
        _00 = Mma.Add(shared, _00, a, low.A, high.A);
        _01 = Mma.Add(shared, _01, a, low.B, high.B);
        _02 = Mma.Add(shared, _02, a, low.C, high.C);
        _03 = Mma.Add(shared, _03, a, low.D, high.D);

        if (tiles > 1)
        {
            a = Rounded(weights[at + step]);
            _10 = Mma.Add(shared, _10, a, low.A, high.A);
            _11 = Mma.Add(shared, _11, a, low.B, high.B);
            _12 = Mma.Add(shared, _12, a, low.C, high.C);
            _13 = Mma.Add(shared, _13, a, low.D, high.D);
        }

        if (tiles > 2)
        {
            a = Rounded(weights[at + (2 * step)]);
            _20 = Mma.Add(shared, _20, a, low.A, high.A);
            _21 = Mma.Add(shared, _21, a, low.B, high.B);
            _22 = Mma.Add(shared, _22, a, low.C, high.C);
            _23 = Mma.Add(shared, _23, a, low.D, high.D);
        }

        if (tiles > 3)
        {
            a = Rounded(weights[at + (3 * step)]);
            _30 = Mma.Add(shared, _30, a, low.A, high.A);
            _31 = Mma.Add(shared, _31, a, low.B, high.B);
            _32 = Mma.Add(shared, _32, a, low.C, high.C);
            _33 = Mma.Add(shared, _33, a, low.D, high.D);
        }
    }

    /// <summary>The sums of a tile and a block; both are constants where it is called.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Four Of(int tile, int block) => ((tile * Blocks) + block) switch
    {
        0 => _00,
        1 => _01,
        2 => _02,
        3 => _03,
        4 => _10,
        5 => _11,
        6 => _12,
        7 => _13,
        8 => _20,
        9 => _21,
        10 => _22,
        11 => _23,
        12 => _30,
        13 => _31,
        14 => _32,
        _ => _33,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Rounded(Four a)
    {
        a.A = Mma.Round(a.A);
        a.B = Mma.Round(a.B);
        a.C = Mma.Round(a.C);
        a.D = Mma.Round(a.D);
        return a;
    }
}
