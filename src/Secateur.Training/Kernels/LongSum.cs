using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>
/// Sums of many vectors, lane by lane, with twice the precision of float32: what rounding takes from an addition is known exactly (Knuth's two-sum)
/// and added up beside it. To be fed with sums over a few vectors each, it costs next to nothing.
/// </summary>
internal struct LongSum<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : struct
{
    /// <summary>Vectors to add up before they come here: so few that their own rounding is small.</summary>
    public const int Stretch = 8;

    private TVector _sum;
    private TVector _lost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TVector part)
    {
        var sum = TSimd.Add(_sum, part);
        var added = TSimd.Subtract(sum, _sum);
        _lost = TSimd.Add(_lost, TSimd.Add(TSimd.Subtract(_sum, TSimd.Subtract(sum, added)), TSimd.Subtract(part, added)));
        _sum = sum;
    }

    /// <summary>The sum of all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Total() => Total(_sum, _lost);

    // Out of line, and by value: so the sums stay in registers before.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe double Total(TVector sum, TVector lost)
    {
        var lanes = stackalloc float[2 * TSimd.Width];
        TSimd.Store(lanes, sum);
        TSimd.Store(lanes + TSimd.Width, lost);
        var (low, high) = (Vector128<double>.Zero, Vector128<double>.Zero);
        for (var i = 0; i < 2 * TSimd.Width; i += Vector128<float>.Count)
        {
            var part = Vector128.Load(lanes + i);
            low += Vector128.WidenLower(part);
            high += Vector128.WidenUpper(part);
        }

        return Vector128.Sum(low + high);
    }
}
