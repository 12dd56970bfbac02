using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Kernels;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>Gradients for the criteria that need them, before anything is pruned.</summary>
internal static class Gradients
{
    /// <summary>Measures them.</summary>
    /// <exception cref="UsageException">The images are too small for the network.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Measure(
        PruneOptions options, ParseResult parsed, Model model, PruningSchedule schedule, ComputeDevice device, CancellationToken cancellation)
    {
        var data = options.Training.OpenTraining(parsed);
        var config = options.Training.Apply(parsed, batch => TrainingConfig.For(parsed.GetValue(options.Source)!, model.Network, data, batch, epochs: 0, schedule));
        TrainingOptions.Check(config with { Epochs = 1 }, model.Network, device.Backend.Ranks);
        device.Announce();
        return ProgressBar.Run("measuring gradients", progress => GradientBatches.Measure(model, config, data, device.Backend, RunSession.TellBroken, progress, cancellation));
    }
}
