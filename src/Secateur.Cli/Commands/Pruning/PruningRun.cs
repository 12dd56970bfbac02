using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Pruning;
using Secateur.Training.Runs;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>A pruning run that begins.</summary>
internal static class PruningRun
{
    /// <summary>Begins a run at the rate that is given or found, or with a mask.</summary>
    /// <exception cref="UsageException">Something given does not fit the model.</exception>
    public static TrainingRun Start(PruneOptions options, ParseResult parsed, ComputeDevice device, CancellationToken cancellation)
    {
        var path = parsed.GetValue(options.Source)!;
        var stem = Path.GetFileNameWithoutExtension(options.DefaultNameOf(parsed));
        var (folder, numbered) = options.Training.NewFolder(parsed, options.RunsOf(parsed), stem, device.Backend.Ranks);
        var model = parsed.ReadFloats(options.Source, options.Architecture);
        var schedule = options.ScheduleOf(parsed);
        if (options.MaskOf(parsed) is { } mask) model = FilterMaskFile.Read(mask, model.Network).Apply(model);
        else schedule = WithRate();
        var data = options.Training.Open(parsed);
        var keeps = schedule.Mask is not null || options.Training.KeepsZeros(parsed, path, model);
        var config = options.Training.Apply(parsed, batch => TrainingConfig.For(path, model.Network, data, batch, options.SoftEpochsOf(parsed), schedule)) with { KeepZeroFilters = keeps };
        TrainingOptions.Check(config, model.Network, device.Backend.Ranks);
        RunSession.Announce(config, data, device);
        return TrainingRun.Start(folder, config, model, data, device.Backend, numbered);

        PruningSchedule WithRate()
        {
            var (found, reached) = RateFinder.Find(
                options, parsed, model, schedule, c => c.NeedsGradients ? Gradients.Measure(options, parsed, model, schedule, device, cancellation) : null, cancellation);
            if (reached is not null)
                Report.Remark(FormattableString.Invariant($"Rate {found.Rate:0.####}, with which the initial model, compacted, has {reached.Target.Describe(reached.Reading.Value)}; training may choose other filters, and the end tells what was reached"));
            return found;
        }
    }
}
