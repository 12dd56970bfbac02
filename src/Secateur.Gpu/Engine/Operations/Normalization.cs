using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Training;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>The launches of batch norms, and of the sums that norms and slopes need of gradients.</summary>
internal static class Normalization
{
    /// <summary>Moments, coefficients and running statistics.</summary>
    public static LaunchStep Forward(NormPass norm, ParameterVector parameters, MemoryLayout layout)
    {
        var (map, values) = (norm.Map, norm.Map.Raw);
        return new LaunchStep(norm.Node.Name, [values, norm.Numbers], program =>
        {
            var shape = program.Map(map, values, Shares.Of(map, map.Channels, program.Exchange.Ranks));
            var call = Call(norm, parameters, layout, program) with { Chunks = program.Exchange.Ranks * shape.Chunks };
            var grid = Grids.Of(shape.Chunks, map.Channels);
            program.RequireSums((long)NormKernels.Moments * map.Channels * call.Chunks);
            program.Add(
                new LaunchCost(nameof(KernelSet.TakeMoments), map.Bytes()),
                () => program.Kernels.TakeMoments(program.Stream, grid, program.Memory, program.Sums, shape));
            program.Exchange.AddGather(program, 0, map.Channels, NormKernels.Moments * shape.Chunks);
            program.Add(
                new LaunchCost(nameof(KernelSet.Norm)),
                () => program.Kernels.Norm(program.Stream, Grids.For(map.Channels), program.Memory, program.Sums, call));
        });
    }

    /// <summary>The gradients by the parameters of one norm, or of none, and by the slopes of its views.</summary>
    public static LaunchStep Backward(NormPass? norm, IReadOnlyList<ReadView> views, ParameterVector parameters, MemoryLayout layout)
    {
        var (map, values) = (views[0].Map, views[0].Map.Raw);
        var gradients = views.Select(v => v.Gradient!).ToArray();
        IEnumerable<PlanBuffer> buffers = norm is null ? [values, .. gradients] : [values, norm.Numbers, .. gradients];
        return new LaunchStep(map.Name, buffers, program =>
        {
            var shape = program.Map(map, values, Shares.Of(map, map.Channels, program.Exchange.Ranks));
            var chunks = program.Exchange.Ranks * shape.Chunks;
            var (count, grid) = (map.Channels * chunks, Grids.Of(shape.Chunks, map.Channels));
            program.RequireSums((long)NormKernels.ViewSums * count * views.Count);
            for (var i = 0; i < views.Count; i++)
            {
                var (read, sum) = (program.AddGradients(map, values, [(views[i], gradients[i], false)]), (long)NormKernels.ViewSums * count * i);
                program.Add(
                    new LaunchCost(nameof(KernelSet.TakeViewSums), 2 * map.Bytes()),
                    () => program.Kernels.TakeViewSums(
                        program.Stream, grid, program.Memory, program.Sums, program.GradientReads, shape, read, sum));
                program.Exchange.AddGather(program, sum, map.Channels, NormKernels.ViewSums * shape.Chunks);
                if (views[i].Activation.Slope is not { } slope) continue;
                program.Add(
                    new LaunchCost(nameof(KernelSet.SlopeGradient)),
                    () => program.Kernels.SlopeGradient(program.Stream, Grids.Of(1), program.Memory, program.Sums, sum, count, layout.Gradients + slope));
            }

            if (norm is null) return;
            var call = Call(norm, parameters, layout, program) with { Chunks = chunks, Views = views.Count };
            program.Add(
                new LaunchCost(nameof(KernelSet.NormGradient)),
                () => program.Kernels.NormGradient(program.Stream, Grids.For(map.Channels), program.Memory, program.Sums, call));
        });
    }

    private static NormCall Call(NormPass norm, ParameterVector parameters, MemoryLayout layout, GpuProgram program)
    {
        var (gamma, beta) = (parameters.RangeOf(norm.Node.Gamma).Start.Value, parameters.RangeOf(norm.Node.Beta).Start.Value);
        return new NormCall
        {
            Channels = norm.Map.Channels,
            Count = (double)norm.Map.Batch * program.Exchange.Ranks * norm.Map.Positions,
            Epsilon = norm.Node.Epsilon,
            Gamma = layout.Parameters + gamma,
            Beta = layout.Parameters + beta,
            GammaGradient = layout.Gradients + gamma,
            BetaGradient = layout.Gradients + beta,
            RunningMean = layout.Statistics[norm.Node.Mean],
            RunningVariance = layout.Statistics[norm.Node.Variance],
            Numbers = program.At(norm.Numbers),
        };
    }
}
