using System.Collections.Immutable;
using Secateur.Search.Bayesian;
using Secateur.Search.Space;
using Secateur.Search.Trials;
using Secateur.Weights;

namespace Secateur.Search;

/// <summary>
/// Searches for the pruning rates of layer groups by Bayesian optimisation, after B-FPGM (Kaparinos and Mezaris, "B-FPGM: Lightweight Face Detection via
/// Bayesian-Optimized Soft FPGM Pruning", WACVW 2025, arXiv 2501.16917). From there: layer groups with a rate each, a Gaussian process over the rates,
/// the validation loss after a short training with a penalty for the size as the objective, the uniform rate as the first trial, and then the normal
/// pruning with the rates that were found. Ours: trials on the target instead of around it (<see cref="RateSpace"/>), expected improvement,
/// batches, and tens of trials in place of a thousand.
/// </summary>
/// <remarks>What is proposed is a function of the settings and of the results of earlier batches alone: a search that was killed goes on with the same trials.</remarks>
public sealed class BayesianRateSearch
{
    // Points to choose from: spread over the space, and around the best one known.
    private const int Spread = 96;
    private const int Near = 32;
    private const double NearDeviation = 0.15;

    private readonly SearchFolder _folder;
    private readonly SearchSettings _settings;
    private readonly RateSpace _space;
    private readonly Lazy<ImmutableArray<RatePoint>> _design;
    private readonly Lazy<ImmutableArray<RatePoint>> _spread;

    /// <summary>Prepares a search.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="settings">The folder's settings.</param>
    /// <param name="initial">The folder's model.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    /// <exception cref="ArgumentException">No rate meets the target, or the groups do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public BayesianRateSearch(SearchFolder folder, SearchSettings settings, Model initial, CancellationToken cancellation = default)
    {
        (_folder, _settings) = (folder, settings);
        _space = SpaceOf(settings, initial, cancellation);
        _design = new(() => [_space.Uniform, .. Points(LatinHypercube.Draw(Random("design"), _settings.DesignTrials - 1, _settings.Groups.Length))]);
        _spread = new(() => Points(LatinHypercube.Draw(Random("spread"), Spread, _settings.Groups.Length)));
    }

    /// <summary>Checks what can be checked before a folder is made.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range, no rate meets the target, or the groups do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Check(SearchSettings settings, Model initial, CancellationToken cancellation = default)
    {
        settings.Validate();
        SpaceOf(settings, initial, cancellation);
    }

    /// <summary>Told of every trial that is done, those of an earlier process among them.</summary>
    public Action<TrialOutcome>? Done { get; init; }

    /// <summary>Searches to the end, or goes on where a search was.</summary>
    /// <param name="runner">Runs the trials.</param>
    /// <param name="cancellation">Stops between trials; the runner stops within them.</param>
    /// <returns>The trial with the lowest objective; of equal ones the first.</returns>
    /// <exception cref="InvalidOperationException">No trial came to a finite loss.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrialOutcome Run(ITrialRunner runner, CancellationToken cancellation = default)
    {
        var outcomes = ImmutableArray<TrialOutcome>.Empty;
        while (outcomes.Length < _settings.Trials)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = Recorded(outcomes.Length) ?? Propose(outcomes, cancellation);
            if (batch.Count == 0) break;
            foreach (var trial in batch) _folder.Write(trial);
            var done = batch.Zip(runner.Run(batch, cancellation), (trial, result) => new TrialOutcome(trial, result, _settings.Objective(trial, result))).ToList();
            outcomes = outcomes.AddRange(done);
            _folder.Write(_settings, outcomes);
            foreach (var outcome in done) Done?.Invoke(outcome);
        }

        return outcomes.Where(o => o.Objective is not null).MinBy(o => o.Objective)
            ?? throw new InvalidOperationException($"{_folder.Path}: none of {outcomes.Length} trials came to a finite loss");
    }

    private static RateSpace SpaceOf(SearchSettings settings, Model initial, CancellationToken cancellation) =>
        new(initial, settings.Groups, settings.Schedule, settings.Target, settings.Run.Seed, cancellation);

    /// <summary>The next batch where an earlier process has recorded all of it.</summary>
    private List<Trial>? Recorded(int done)
    {
        var batch = Enumerable.Range(done + 1, BatchAfter(done)).Select(number => _folder.ReadTrial(number, _settings.Groups.Length)).OfType<Trial>().ToList();
        return batch.Count == BatchAfter(done) ? [.. batch.Select(t => t with { Size = _space.At(t.Rates).Size })] : null;
    }

    /// <summary>How many trials come next: no batch holds both those of the design and those of the surrogate.</summary>
    private int BatchAfter(int done) =>
        Math.Min(_settings.Parallel, (done < _settings.DesignTrials ? _settings.DesignTrials : _settings.Trials) - done);

    private List<Trial> Propose(ImmutableArray<TrialOutcome> outcomes, CancellationToken cancellation)
    {
        var (done, count) = (outcomes.Length, BatchAfter(outcomes.Length));
        if (done < _settings.DesignTrials)
            return [.. _design.Value.Skip(done).Take(count).Select((point, i) => AsTrial(done + 1 + i, done + i == 0 ? "uniform" : "design", point))];
        var tried = outcomes.Select(o => _space.At(o.Trial.Rates)).ToList();

        // A trial that diverged counts as a little worse than the worst that did not.
        var worst = outcomes.Max(o => o.Objective) ?? 0;
        var values = outcomes.Select(o => o.Objective ?? worst + 1).ToList();
        var plans = tried.Select(p => p.Plan).ToHashSet();
        var best = tried[values.IndexOf(values.Min())];
        var candidates = _spread.Value.Concat(Points(Around(best, done))).Where(p => plans.Add(p.Plan)).ToList();
        var chosen = BatchProposer.Propose([.. tried.Select(p => p.Shares)], values, [.. candidates.Select(c => c.Shares)], count, cancellation);
        return [.. chosen.Select((c, i) => AsTrial(done + 1 + i, "model", candidates[c]))];
    }

    private double[][] Around(RatePoint best, int done)
    {
        var random = Random($"near {done}");
        var highest = Math.Max(best.Rates.Max(), double.Epsilon);
        return [.. Enumerable.Range(0, Near).Select(_ => best.Rates.Select(r => (r / highest) + (NearDeviation * random.NextNormal())).ToArray())];
    }

    private SeededRandom Random(string use) => new(_settings.Run.Seed, use);

    /// <summary>The points on the target in these proportions; computed at once, in the order given.</summary>
    private ImmutableArray<RatePoint> Points(double[][] proportions)
    {
        var points = new RatePoint[proportions.Length];
        Parallel.For(0, points.Length, new ParallelOptions { MaxDegreeOfParallelism = _settings.Run.Threads }, i => points[i] = _space.OnTarget(proportions[i]));
        return [.. points];
    }

    private static Trial AsTrial(int number, string origin, RatePoint point) => new(number, origin, point.Rates, point.Size);
}
