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

    /// <summary>The sum of all lanes. Without a call: so the sums stay in registers before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double Total()
    {
        if (typeof(TVector) == typeof(Vector512<float>))
        {
            var (sum, lost) = (Unsafe.BitCast<TVector, Vector512<float>>(_sum), Unsafe.BitCast<TVector, Vector512<float>>(_lost));
            var lanes = Vector512.WidenLower(sum) + Vector512.WidenUpper(sum) + (Vector512.WidenLower(lost) + Vector512.WidenUpper(lost));
            return Total(lanes.GetLower() + lanes.GetUpper());
        }

        if (typeof(TVector) == typeof(Vector256<float>))
        {
            var (sum, lost) = (Unsafe.BitCast<TVector, Vector256<float>>(_sum), Unsafe.BitCast<TVector, Vector256<float>>(_lost));
            return Total(Vector256.WidenLower(sum) + Vector256.WidenUpper(sum) + (Vector256.WidenLower(lost) + Vector256.WidenUpper(lost)));
        }
        else
        {
            var (sum, lost) = (Unsafe.BitCast<TVector, Vector128<float>>(_sum), Unsafe.BitCast<TVector, Vector128<float>>(_lost));
            return Total(Vector128.WidenLower(sum) + Vector128.WidenUpper(sum) + (Vector128.WidenLower(lost) + Vector128.WidenUpper(lost)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Total(Vector256<double> lanes) => Total(lanes.GetLower() + lanes.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Total(Vector128<double> lanes) => lanes.GetElement(0) + lanes.GetElement(1);
}
