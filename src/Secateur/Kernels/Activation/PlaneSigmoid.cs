using System.Numerics;

namespace Secateur.Kernels.Activation;

/// <summary><see cref="ScalarActivation.Sigmoid"/> over planes.</summary>
internal static unsafe class PlaneSigmoid
{
    /// <summary>output[p] = 1 / (1 + exp(-x[p])) for positions [start, end); output may be x.</summary>
    public static void Run(float* x, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width) (Vector<float>.One / (Vector<float>.One + Vector.Exp(-Vector.Load(x + p)))).Store(output + p);
        for (; p < end; p++) output[p] = 1 / (1 + MathF.Exp(-x[p]));
    }
}
