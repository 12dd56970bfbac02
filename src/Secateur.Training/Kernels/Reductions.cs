using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>Number, mean and sum of squared deviations of some values; two of them merge without loss (Chan, Golub and LeVeque, 1979).</summary>
internal struct Moments
{
    public double Count;
    public double Mean;
    public double SquaredDeviations;

    public void Merge(Moments other)
    {
        if (other.Count == 0) return;
        var count = Count + other.Count;
        var delta = other.Mean - Mean;
        SquaredDeviations += other.SquaredDeviations + (delta * delta * Count * other.Count / count);
        Mean += delta * other.Count / count;
        Count = count;
    }
}

/// <summary>What the gradient of a batch norm and of a PReLU need to know of all elements.</summary>
internal struct GradientSums
{
    /// <summary>Sum of act'(z) * g.</summary>
    public double Gradient;

    /// <summary>Sum of act'(z) * g * (x - mean).</summary>
    public double GradientByDeviation;

    /// <summary>Sum of g * min(z, 0).</summary>
    public double Slope;

    public void Add(GradientSums other)
    {
        Gradient += other.Gradient;
        GradientByDeviation += other.GradientByDeviation;
        Slope += other.Slope;
    }
}

/// <summary>Sums over exactly <c>count</c> elements: vectors within a stretch, double precision from stretch to stretch.</summary>
internal static unsafe class Reductions
{
    // Float32 sums stay short: their rounding does not grow with the map.
    private const int Stretch = 128;

    /// <summary>The moments of x.</summary>
    public static Moments Moments(SimdLevel level, float* x, int count)
    {
        var result = default(Moments);
        for (var start = 0; start < count; start += Stretch)
        {
            var length = Math.Min(Stretch, count - start);
            var mean = Sum(level, x + start, length) / length;
            var deviations = SquaredDeviations(level, x + start, length, (float)mean);

            // The mean was rounded to float32 on the way.
            var shift = mean - (float)mean;
            result.Merge(new Moments { Count = length, Mean = mean, SquaredDeviations = Math.Max(0, deviations - (length * shift * shift)) });
        }

        return result;
    }

    /// <summary>The sum of x.</summary>
    public static double Sum(SimdLevel level, float* x, int count)
    {
        double sum = 0;
        for (var start = 0; start < count; start += Stretch)
        {
            var length = Math.Min(Stretch, count - start);
            sum += level switch
            {
                SimdLevel.Vector512 => Sum<Simd512, Vector512<float>>(x + start, length),
                SimdLevel.Vector256 => Sum<Simd256, Vector256<float>>(x + start, length),
                _ => Sum<Simd128, Vector128<float>>(x + start, length),
            };
        }

        return sum;
    }

    /// <summary>The sum of x * y.</summary>
    public static double Dot(SimdLevel level, float* x, float* y, int count)
    {
        double sum = 0;
        for (var start = 0; start < count; start += Stretch)
        {
            var length = Math.Min(Stretch, count - start);
            sum += level switch
            {
                SimdLevel.Vector512 => Dot<Simd512, Vector512<float>>(x + start, y + start, length),
                SimdLevel.Vector256 => Dot<Simd256, Vector256<float>>(x + start, y + start, length),
                _ => Dot<Simd128, Vector128<float>>(x + start, y + start, length),
            };
        }

        return sum;
    }

    /// <summary>The sums that a view's gradient g needs.</summary>
    public static GradientSums GradientSums(SimdLevel level, float* g, float* x, int count, ViewCoefficients view)
    {
        var result = default(GradientSums);
        for (var start = 0; start < count; start += Stretch)
        {
            var length = Math.Min(Stretch, count - start);
            result.Add(level switch
            {
                SimdLevel.Vector512 => GradientSums<Simd512, Vector512<float>>(g + start, x + start, length, view),
                SimdLevel.Vector256 => GradientSums<Simd256, Vector256<float>>(g + start, x + start, length, view),
                _ => GradientSums<Simd128, Vector128<float>>(g + start, x + start, length, view),
            });
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TSimd, TVector>(float* x, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector a, b;
        a = b = TSimd.Broadcast(0);
        var i = 0;
        for (; i + (2 * TSimd.Width) <= count; i += 2 * TSimd.Width)
        {
            a = TSimd.Add(a, TSimd.Load(x + i));
            b = TSimd.Add(b, TSimd.Load(x + i + TSimd.Width));
        }

        double sum = TSimd.Sum(TSimd.Add(a, b));
        for (; i < count; i++) sum += x[i];
        return sum;
    }

    private static double SquaredDeviations(SimdLevel level, float* x, int count, float mean) => level switch
    {
        SimdLevel.Vector512 => SquaredDeviations<Simd512, Vector512<float>>(x, count, mean),
        SimdLevel.Vector256 => SquaredDeviations<Simd256, Vector256<float>>(x, count, mean),
        _ => SquaredDeviations<Simd128, Vector128<float>>(x, count, mean),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquaredDeviations<TSimd, TVector>(float* x, int count, float mean)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector a, b;
        a = b = TSimd.Broadcast(0);
        var center = TSimd.Broadcast(mean);
        var i = 0;
        for (; i + (2 * TSimd.Width) <= count; i += 2 * TSimd.Width)
        {
            var (c, d) = (TSimd.Subtract(TSimd.Load(x + i), center), TSimd.Subtract(TSimd.Load(x + i + TSimd.Width), center));
            a = TSimd.MultiplyAdd(c, c, a);
            b = TSimd.MultiplyAdd(d, d, b);
        }

        double sum = TSimd.Sum(TSimd.Add(a, b));
        for (; i < count; i++) sum += (x[i] - mean) * (double)(x[i] - mean);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot<TSimd, TVector>(float* x, float* y, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var a = TSimd.Broadcast(0);
        var i = 0;
        for (; i + TSimd.Width <= count; i += TSimd.Width) a = TSimd.MultiplyAdd(TSimd.Load(x + i), TSimd.Load(y + i), a);
        double sum = TSimd.Sum(a);
        for (; i < count; i++) sum += (double)x[i] * y[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static GradientSums GradientSums<TSimd, TVector>(float* g, float* x, int count, ViewCoefficients view)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var zero = TSimd.Broadcast(0);
        TVector gradients = zero, deviations = zero, slopes = zero;
        var (scale, shift, slope) = (TSimd.Broadcast(view.Scale), TSimd.Broadcast(view.Shift), TSimd.Broadcast(view.Slope));
        var center = TSimd.Broadcast(view.Mean);
        var i = 0;
        for (; i + TSimd.Width <= count; i += TSimd.Width)
        {
            var (deviation, gradient) = (TSimd.Subtract(TSimd.Load(x + i), center), TSimd.Load(g + i));
            var z = TSimd.MultiplyAdd(scale, deviation, shift);
            var active = TSimd.WherePositive(z, gradient, TSimd.Multiply(slope, gradient));
            gradients = TSimd.Add(gradients, active);
            deviations = TSimd.MultiplyAdd(active, deviation, deviations);
            slopes = TSimd.MultiplyAdd(gradient, TSimd.Min(z, zero), slopes);
        }

        var result = new GradientSums { Gradient = TSimd.Sum(gradients), GradientByDeviation = TSimd.Sum(deviations), Slope = TSimd.Sum(slopes) };
        for (; i < count; i++)
        {
            var z = (view.Scale * (x[i] - view.Mean)) + view.Shift;
            var active = z > 0 ? g[i] : view.Slope * g[i];
            result.Gradient += active;
            result.GradientByDeviation += active * (x[i] - view.Mean);
            result.Slope += g[i] * Math.Min(z, 0);
        }

        return result;
    }
}
