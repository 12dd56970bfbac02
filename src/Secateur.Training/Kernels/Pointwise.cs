using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>How a stored value becomes what the next layer reads: act(Scale * (x - Mean) + Shift), act(z) = max(z, 0) + Slope * min(z, 0).</summary>
internal readonly record struct ViewCoefficients(float Scale, float Mean, float Shift, float Slope)
{
    /// <summary>The stored value itself.</summary>
    public static readonly ViewCoefficients Identity = new(1, 0, 0, 1);

    public bool IsIdentity => this == Identity;
}

/// <summary>
/// How the gradient of a view becomes that of the stored value: Scale * act'(z) * g + A * (x - mean) + B. The last two terms are the paths
/// through a batch norm's mean and variance.
/// </summary>
internal readonly record struct GradientCoefficients(ViewCoefficients View, float A, float B)
{
    public bool IsIdentity => View.IsIdentity && A == 0 && B == 0;
}

/// <summary>Rows of a plane, and how they lie where they are written: behind each come zeros up to the next.</summary>
internal readonly record struct PlaneRows(int Rows, int Columns, int SourcePitch, int TargetPitch)
{
    /// <summary>Elements in one piece.</summary>
    public static PlaneRows Line(int count) => new(1, count, count, count);
}

/// <summary>
/// Element by element; whole vectors: up to one vector less a float behind the last element, or behind the zeros of the last row, is written too,
/// and read.
/// </summary>
internal static unsafe class Pointwise
{
    /// <summary>y = act(Scale * (x - Mean) + Shift).</summary>
    public static void Apply(SimdLevel level, float* x, float* y, PlaneRows rows, ViewCoefficients view) =>
        SimdDispatch.Run(level, new ApplyCall(x, y, rows, view));

    /// <summary>y = factor * x, or y += factor * x.</summary>
    public static void AddScaled(SimdLevel level, float* x, float* y, int count, float factor, bool accumulate) =>
        SimdDispatch.Run(level, new AddScaledCall(x, y, count, factor, accumulate));

    /// <summary>y = x, row by row; nothing but the columns is written.</summary>
    public static void Copy(float* x, float* y, PlaneRows rows)
    {
        for (var row = 0; row < rows.Rows; row++, x += rows.SourcePitch, y += rows.TargetPitch)
            new ReadOnlySpan<float>(x, rows.Columns).CopyTo(new Span<float>(y, rows.Columns));
    }

    /// <summary>y = x, or y += x; nothing behind the last element is written: others may be writing there.</summary>
    public static void Add(SimdLevel level, float* x, float* y, int count, bool accumulate)
    {
        if (accumulate) SimdDispatch.Run(level, new AddCall(x, y, count));
        else new ReadOnlySpan<float>(x, count).CopyTo(new Span<float>(y, count));
    }

    /// <summary>y = the gradient of x by that of its view, g; or y += it.</summary>
    public static void Gradient(SimdLevel level, float* g, float* x, float* y, PlaneRows rows, GradientCoefficients by, bool accumulate) =>
        SimdDispatch.Run(level, new GradientCall(g, x, y, rows, by, accumulate));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TSimd, TVector>(float* x, float* y, PlaneRows rows, ViewCoefficients view)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var (scale, mean, shift) = (TSimd.Broadcast(view.Scale), TSimd.Broadcast(view.Mean), TSimd.Broadcast(view.Shift));
        var (slope, zero) = (TSimd.Broadcast(view.Slope), TSimd.Broadcast(0));
        for (var row = 0; row < rows.Rows; row++, x += rows.SourcePitch, y += rows.TargetPitch)
        {
            if (view.IsIdentity)
            {
                for (var i = 0; i < rows.Columns; i += TSimd.Width) TSimd.Store(y + i, TSimd.Load(x + i));
            }
            else if (view.Slope == 1)
            {
                for (var i = 0; i < rows.Columns; i += TSimd.Width) TSimd.Store(y + i, TSimd.MultiplyAdd(scale, TSimd.Subtract(TSimd.Load(x + i), mean), shift));
            }
            else
            {
                for (var i = 0; i < rows.Columns; i += TSimd.Width)
                {
                    var z = TSimd.MultiplyAdd(scale, TSimd.Subtract(TSimd.Load(x + i), mean), shift);
                    TSimd.Store(y + i, TSimd.MultiplyAdd(slope, TSimd.Min(z, zero), TSimd.Max(z, zero)));
                }
            }

            for (var i = rows.Columns; i < rows.TargetPitch; i += TSimd.Width) TSimd.Store(y + i, zero);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled<TSimd, TVector>(float* x, float* y, int count, float factor, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var f = TSimd.Broadcast(factor);
        if (accumulate)
        {
            for (var i = 0; i < count; i += TSimd.Width) TSimd.Store(y + i, TSimd.MultiplyAdd(f, TSimd.Load(x + i), TSimd.Load(y + i)));
        }
        else
        {
            for (var i = 0; i < count; i += TSimd.Width) TSimd.Store(y + i, TSimd.Multiply(f, TSimd.Load(x + i)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TSimd, TVector>(float* x, float* y, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var i = 0;
        for (; i + TSimd.Width <= count; i += TSimd.Width) TSimd.Store(y + i, TSimd.Add(TSimd.Load(y + i), TSimd.Load(x + i)));
        for (; i < count; i++) y[i] += x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gradient<TSimd, TVector>(float* g, float* x, float* y, PlaneRows rows, GradientCoefficients by, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var (scale, shift, slope) = (TSimd.Broadcast(by.View.Scale), TSimd.Broadcast(by.View.Shift), TSimd.Broadcast(by.View.Slope));
        var (mean, a, b, zero) = (TSimd.Broadcast(by.View.Mean), TSimd.Broadcast(by.A), TSimd.Broadcast(by.B), TSimd.Broadcast(0));
        for (var row = 0; row < rows.Rows; row++, g += rows.SourcePitch, x += rows.SourcePitch, y += rows.TargetPitch)
        {
            if (by.IsIdentity)
            {
                // The values may not be there.
                for (var i = 0; i < rows.Columns; i += TSimd.Width) TSimd.Store(y + i, accumulate ? TSimd.Add(TSimd.Load(y + i), TSimd.Load(g + i)) : TSimd.Load(g + i));
            }
            else
            {
                for (var i = 0; i < rows.Columns; i += TSimd.Width)
                {
                    var (deviation, gradient) = (TSimd.Subtract(TSimd.Load(x + i), mean), TSimd.Load(g + i));
                    var active = TSimd.WherePositive(TSimd.MultiplyAdd(scale, deviation, shift), gradient, TSimd.Multiply(slope, gradient));
                    var result = TSimd.MultiplyAdd(scale, active, TSimd.MultiplyAdd(a, deviation, b));
                    TSimd.Store(y + i, accumulate ? TSimd.Add(TSimd.Load(y + i), result) : result);
                }
            }

            for (var i = rows.Columns; i < rows.TargetPitch; i += TSimd.Width) TSimd.Store(y + i, zero);
        }
    }

    private readonly struct ApplyCall(float* x, float* y, PlaneRows rows, ViewCoefficients view) : ISimdCall
    {
        void ISimdCall.Run<TSimd, TVector>() => Apply<TSimd, TVector>(x, y, rows, view);
    }

    private readonly struct AddScaledCall(float* x, float* y, int count, float factor, bool accumulate) : ISimdCall
    {
        void ISimdCall.Run<TSimd, TVector>() => AddScaled<TSimd, TVector>(x, y, count, factor, accumulate);
    }

    private readonly struct AddCall(float* x, float* y, int count) : ISimdCall
    {
        void ISimdCall.Run<TSimd, TVector>() => Add<TSimd, TVector>(x, y, count);
    }

    private readonly struct GradientCall(float* g, float* x, float* y, PlaneRows rows, GradientCoefficients by, bool accumulate) : ISimdCall
    {
        void ISimdCall.Run<TSimd, TVector>() => Gradient<TSimd, TVector>(g, x, y, rows, by, accumulate);
    }
}
