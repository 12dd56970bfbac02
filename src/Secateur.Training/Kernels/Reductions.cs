using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>Number, mean and sum of squared deviations of some values; two of them merge without loss (Chan, Golub and LeVeque, 1979).</summary>
internal struct Moments
{
    /// <summary>Its size in floats.</summary>
    public const int Floats = 3 * (sizeof(double) / sizeof(float));

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
    /// <summary>Its size in floats.</summary>
    public const int Floats = 3 * (sizeof(double) / sizeof(float));

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

/// <summary>Sums over exactly <c>count</c> elements, as good as those in double precision: float32 over a few vectors, <see cref="LongSum{TSimd, TVector}"/> over these.</summary>
internal static unsafe class Reductions
{
    // Elements whose deviations are taken from one centre, the mean of the first of them: as those count too, it cannot lie far out.
    private const int Block = 4096;
    private const int CentreVectors = 8;

    /// <summary>The moments of x.</summary>
    public static Moments Moments(SimdLevel level, float* x, int count)
    {
        var result = default(Moments);
        for (var start = 0; start < count; start += Block)
        {
            var length = Math.Min(Block, count - start);
            var (centre, sum, squares) = SimdDispatch.Run(level, new DeviationsCall(x + start, length)).Result;
            result.Merge(new Moments { Count = length, Mean = centre + (sum / length), SquaredDeviations = Math.Max(0, squares - (sum * sum / length)) });
        }

        return result;
    }

    /// <summary>The sum of x.</summary>
    public static double Sum(SimdLevel level, float* x, int count) => SimdDispatch.Run(level, new SumCall(x, count)).Result;

    /// <summary>The sum of x * y.</summary>
    public static double Dot(SimdLevel level, float* x, float* y, int count) => SimdDispatch.Run(level, new DotCall(x, y, count)).Result;

    /// <summary>The sums that a view's gradient g needs.</summary>
    public static GradientSums GradientSums(SimdLevel level, float* g, float* x, int count, ViewCoefficients view) =>
        SimdDispatch.Run(level, new GradientSumsCall(g, x, count, view)).Result;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<TSimd, TVector>(float* x, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var sums = default(LongSum<TSimd, TVector>);
        var (i, whole) = (0, count - (count % TSimd.Width));
        while (i < whole)
        {
            var end = Math.Min(whole, i + (LongSum<TSimd, TVector>.Stretch * TSimd.Width));
            var part = TSimd.Broadcast(0);
            for (; i < end; i += TSimd.Width) part = TSimd.Add(part, TSimd.Load(x + i));
            sums.Add(part);
        }

        var sum = sums.Total();
        for (; i < count; i++) sum += x[i];
        return sum;
    }

    /// <summary>Some centre, and the sums of x - centre and of its square.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Centre, double Sum, double Squares) Deviations<TSimd, TVector>(float* x, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        LongSum<TSimd, TVector> sums = default, squares = default;
        var (i, whole) = (0, count - (count % TSimd.Width));
        var first = TSimd.Broadcast(0);
        var vectors = Math.Min(CentreVectors, whole / TSimd.Width);
        for (var v = 0; v < vectors; v++) first = TSimd.Add(first, TSimd.Load(x + (v * TSimd.Width)));
        var centre = vectors == 0 ? x[0] : TSimd.Sum(first) / (vectors * TSimd.Width);
        var c = TSimd.Broadcast(centre);
        while (i < whole)
        {
            var end = Math.Min(whole, i + (LongSum<TSimd, TVector>.Stretch * TSimd.Width));
            TVector part, square;
            part = square = TSimd.Broadcast(0);
            for (; i < end; i += TSimd.Width)
            {
                var deviation = TSimd.Subtract(TSimd.Load(x + i), c);
                part = TSimd.Add(part, deviation);
                square = TSimd.MultiplyAdd(deviation, deviation, square);
            }

            sums.Add(part);
            squares.Add(square);
        }

        var result = (Centre: centre, Sum: sums.Total(), Squares: squares.Total());
        for (; i < count; i++)
        {
            var deviation = (double)x[i] - centre;
            result = (centre, result.Sum + deviation, result.Squares + (deviation * deviation));
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot<TSimd, TVector>(float* x, float* y, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var sums = default(LongSum<TSimd, TVector>);
        var (i, whole) = (0, count - (count % TSimd.Width));
        while (i < whole)
        {
            var end = Math.Min(whole, i + (LongSum<TSimd, TVector>.Stretch * TSimd.Width));
            var part = TSimd.Broadcast(0);
            for (; i < end; i += TSimd.Width) part = TSimd.MultiplyAdd(TSimd.Load(x + i), TSimd.Load(y + i), part);
            sums.Add(part);
        }

        var sum = sums.Total();
        for (; i < count; i++) sum += (double)x[i] * y[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static GradientSums GradientSums<TSimd, TVector>(float* g, float* x, int count, ViewCoefficients view)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        LongSum<TSimd, TVector> gradients = default, deviations = default, slopes = default;
        var zero = TSimd.Broadcast(0);
        var (scale, shift, slope) = (TSimd.Broadcast(view.Scale), TSimd.Broadcast(view.Shift), TSimd.Broadcast(view.Slope));
        var center = TSimd.Broadcast(view.Mean);
        var (i, whole) = (0, count - (count % TSimd.Width));
        while (i < whole)
        {
            var end = Math.Min(whole, i + (LongSum<TSimd, TVector>.Stretch * TSimd.Width));
            TVector a = zero, b = zero, c = zero;
            for (; i < end; i += TSimd.Width)
            {
                var (deviation, gradient) = (TSimd.Subtract(TSimd.Load(x + i), center), TSimd.Load(g + i));
                var z = TSimd.MultiplyAdd(scale, deviation, shift);
                var active = TSimd.WherePositive(z, gradient, TSimd.Multiply(slope, gradient));
                a = TSimd.Add(a, active);
                b = TSimd.MultiplyAdd(active, deviation, b);
                c = TSimd.MultiplyAdd(gradient, TSimd.Min(z, zero), c);
            }

            gradients.Add(a);
            deviations.Add(b);
            slopes.Add(c);
        }

        var result = new GradientSums { Gradient = gradients.Total(), GradientByDeviation = deviations.Total(), Slope = slopes.Total() };
        for (; i < count; i++)
        {
            var z = (view.Scale * (x[i] - view.Mean)) + view.Shift;
            var active = z > 0 ? g[i] : view.Slope * g[i];
            result.Gradient += active;
            result.GradientByDeviation += active * (double)(x[i] - view.Mean);
            result.Slope += g[i] * (double)Math.Min(z, 0);
        }

        return result;
    }

    private struct SumCall(float* x, int count) : ISimdCall
    {
        public double Result { get; private set; }

        void ISimdCall.Run<TSimd, TVector>() => Result = Sum<TSimd, TVector>(x, count);
    }

    private struct DeviationsCall(float* x, int count) : ISimdCall
    {
        public (float Centre, double Sum, double Squares) Result { get; private set; }

        void ISimdCall.Run<TSimd, TVector>() => Result = Deviations<TSimd, TVector>(x, count);
    }

    private struct DotCall(float* x, float* y, int count) : ISimdCall
    {
        public double Result { get; private set; }

        void ISimdCall.Run<TSimd, TVector>() => Result = Dot<TSimd, TVector>(x, y, count);
    }

    private struct GradientSumsCall(float* g, float* x, int count, ViewCoefficients view) : ISimdCall
    {
        public GradientSums Result { get; private set; }

        void ISimdCall.Run<TSimd, TVector>() => Result = GradientSums<TSimd, TVector>(g, x, count, view);
    }
}
