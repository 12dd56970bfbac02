using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Optimization;

/// <summary>A thread for each parameter moves it, by the processor's formulas; frozen ones and what is remembered of them become zero.</summary>
internal static class OptimizerKernels
{
    /// <summary>Adam with classic weight decay.</summary>
    /// <param name="state">What the kernels share.</param>
    /// <param name="memory">Where parameters and gradients lie.</param>
    /// <param name="parameters">From where on.</param>
    /// <param name="gradients">From where on.</param>
    public static void Adam(OptimizerViews state, ArrayView<float> memory, long parameters, long gradients)
    {
        var i = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (i >= state.First.IntLength) return;
        var (weight, first, second) = (0f, 0f, 0f);
        if (state.Free[i] != 0)
        {
            weight = memory[parameters + i];
            var gradient = memory[gradients + i] + (weight * state.WeightDecay);
            first = (state.First[i] * state.KeepFirst) + (gradient * state.AddFirst);
            second = (state.Second[i] * state.KeepSecond) + (gradient * gradient * state.AddSecond);
            var rates = state.Rates[0];
            weight -= first * rates.Step / ((MathF.Sqrt(second) / rates.Root) + state.Epsilon);
        }

        state.First[i] = first;
        state.Second[i] = second;
        Store(state, memory, parameters + i, weight);
    }

    /// <summary>Gradient descent with momentum.</summary>
    /// <param name="state">What the kernels share.</param>
    /// <param name="memory">Where parameters and gradients lie.</param>
    /// <param name="parameters">From where on.</param>
    /// <param name="gradients">From where on.</param>
    public static void Sgd(OptimizerViews state, ArrayView<float> memory, long parameters, long gradients)
    {
        var i = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (i >= state.First.IntLength) return;
        var (weight, velocity) = (0f, 0f);
        if (state.Free[i] != 0)
        {
            weight = memory[parameters + i];
            velocity = (state.First[i] * state.KeepFirst) + (memory[gradients + i] + (weight * state.WeightDecay));
            weight -= velocity * state.Rates[0].Step;
        }

        state.First[i] = velocity;
        Store(state, memory, parameters + i, weight);
    }

    /// <summary>Looks whether other values, of which a thread has one, are finite.</summary>
    public static void Check(OptimizerViews state, ArrayView<float> memory, long first, int count)
    {
        var i = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (i < count) Note(state, memory[first + i]);
    }

    // Whichever thread comes last, what it writes is the same.
    private static void Store(OptimizerViews state, ArrayView<float> memory, long at, float weight)
    {
        memory[at] = weight;
        Note(state, weight);
    }

    private static void Note(OptimizerViews state, float value)
    {
        if (float.IsNaN(value) || float.IsInfinity(value)) state.Broken[0] = 1;
    }
}
