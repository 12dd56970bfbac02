using System.Runtime.Intrinsics;

namespace Secateur.Kernels.Simd;

/// <summary>A vector width: kernels are written once over it, and the compiler makes one version of them a width.</summary>
/// <remarks>
/// Implementations name the instruction where the portable method is one of those that may differ between machines (Estimate, Native): these are
/// never compiled ahead of time.
/// </remarks>
/// <typeparam name="TVector">The vector of float32.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(float* target, TVector value);

    static abstract TVector Broadcast(float value);

    /// <summary>a * b + c, fused where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>One of some weights that lie together, for <see cref="MultiplyAddWeight"/>: in all lanes, or in one where multiply-adds can take it from there.</summary>
    /// <param name="weights">The first.</param>
    /// <param name="at">Which; a constant.</param>
    /// <param name="count">How many there are, a constant; nothing behind them is read.</param>
    /// <param name="last">What was loaded for the weight before; not used for the first.</param>
    static abstract TVector LoadWeight(float* weights, int at, int count, TVector last);

    /// <summary>weight * x + c, for the weight that <see cref="LoadWeight"/> loaded with the same constants.</summary>
    static abstract TVector MultiplyAddWeight(TVector weight, int at, int count, TVector x, TVector c);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>Lane by lane: x > 0 ? yes : no.</summary>
    static abstract TVector WherePositive(TVector x, TVector yes, TVector no);

    /// <summary>The even lanes of a, then those of b.</summary>
    static abstract TVector Even(TVector a, TVector b);

    /// <summary>The odd lanes of a, then those of b.</summary>
    static abstract TVector Odd(TVector a, TVector b);

    /// <summary>The sum of all lanes, in a fixed order.</summary>
    static abstract float Sum(TVector a);

    /// <summary>The vector at source + 1, where those at source and at source + Width are known: loaded or put together, whichever is quicker.</summary>
    static abstract TVector LoadNext(float* source, TVector low, TVector high);

    /// <summary>The vector at source + 2.</summary>
    static abstract TVector LoadSecond(float* source, TVector low, TVector high);

    /// <summary>The last lane of low, then all but the last of high: the vector before high's by one.</summary>
    static abstract TVector Previous(TVector low, TVector high);

    /// <summary>The last two lanes of low, then all but the last two of high.</summary>
    static abstract TVector SecondPrevious(TVector low, TVector high);

    /// <summary>The sums of all lanes of four vectors, in a fixed order: much cheaper than four times <see cref="Sum"/>.</summary>
    static abstract Vector128<float> SumFour(TVector a, TVector b, TVector c, TVector d);
}
