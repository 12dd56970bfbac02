using System.Diagnostics;
using Secateur.Bench.Inference;
using Secateur.Bench.Machine;
using Secateur.Bench.Statistics;
using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Pixels;
using Secateur.Runtime;

namespace Secateur.Bench.Comparison;

/// <summary>What to compare.</summary>
/// <param name="Files">Model files.</param>
/// <param name="Rates">Pruning rates for the originals.</param>
/// <param name="Sizes">Input sizes.</param>
/// <param name="Threads">Numbers of threads.</param>
/// <param name="Effort">How often.</param>
/// <param name="Onnx">The networks as ONNX files, for ONNX Runtime; none to leave it out.</param>
internal sealed record ComparisonSettings(
    string[] Files, double[] Rates, MeasuredSize[] Sizes, int[] Threads, Effort Effort, OnnxFiles Onnx);

/// <summary>Measures models and ONNX Runtime in turns, so that whatever else the machine does meets all alike.</summary>
internal sealed class Comparer(ComparisonSettings settings, Action<string> say)
{
    private const int ProfileRuns = 30;

    // ONNX Runtime's threads look for work for a while before they sleep.
    private const int PauseMs = 30;

    private string _onnxRuntime = settings.Onnx.Names.Count == 0 ? "not measured: no --onnx was given" : "not measured: no ONNX file fits";

    /// <summary>Measures everything.</summary>
    public ComparisonResult Run()
    {
        var level = SimdLevels.Detect();
        say("preparing the models");
        var families = settings.Files.Select(file => SubjectFamily.Read(file, settings.Rates)).ToArray();
        RequireKnownNames(families);
        say("measuring the machine");

        // Single steps are timed on one thread, whatever else is asked for.
        var peaks = settings.Threads.Prepend(1).Distinct().Select(threads => new PeakRate(threads, MachinePeak.Measure(level, threads))).ToArray();
        var bandwidths = MemoryBandwidth.Measure(level);
        var groups = Groups(families).ToArray();
        say("timing single steps");
        var profiles = families.SelectMany(Profiles).ToArray();
        return new ComparisonResult(
            ComparisonResult.CurrentFormat, MachineDescription.Describe(level), settings.Effort, peaks, bandwidths, _onnxRuntime, groups, profiles);
    }

    private void RequireKnownNames(SubjectFamily[] families)
    {
        var unknown = settings.Onnx.Names.Except(families.Select(f => f.Name)).ToList();
        if (unknown.Count > 0)
            throw new IOException($"--onnx names {string.Join(", ", unknown)}, the models are {string.Join(", ", families.Select(f => f.Name))}");
    }

    private IEnumerable<ComparedGroup> Groups(SubjectFamily[] families)
    {
        var wanted =
            (from size in settings.Sizes
             from threads in settings.Threads
             from family in families
             where size.IsFor(family.Architecture)
             select (family, size.Size, threads)).Distinct().ToList();
        for (var i = 0; i < wanted.Count; i++)
        {
            var (family, size, threads) = wanted[i];
            var start = Stopwatch.GetTimestamp();
            var group = Measure(family, size, threads);
            var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
            say($"{i + 1} of {wanted.Count}: {family.Name} at {size}, {threads} {(threads == 1 ? "thread" : "threads")}: {took:F0} s");
            yield return group;
        }
    }

    private ComparedGroup Measure(SubjectFamily family, ImageSize size, int threads)
    {
        var (rounds, runs, turnMs) = settings.Effort;
        OwnPeer[] own = [];
        try
        {
            own = [.. family.Subjects.Select(subject => new OwnPeer(subject, size, threads))];
            using var other = StartPeer(family, size, threads);
            var ownMs = own.Select(_ => new double[rounds]).ToArray();
            var otherMs = new double[rounds];
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < own.Length; i++) ownMs[i][round] = Spread.Of(own[i].Run(runs, turnMs)).Median;
                if (other is null) continue;
                otherMs[round] = Spread.Of(other.Run(runs, turnMs)).Median;
                Thread.Sleep(PauseMs);
            }

            return new ComparedGroup(
                family.Name,
                family.Architecture,
                size.Height,
                size.Width,
                threads,
                other is null ? null : new PeerTime(Spread.Of(otherMs), other.Loaded.PeakBytes),
                [.. own.Select((peer, i) => Summarise(peer, ownMs[i], other is null ? null : otherMs))]);
        }
        finally
        {
            foreach (var peer in own) peer.Dispose();
        }
    }

    private OnnxRuntimePeer? StartPeer(SubjectFamily family, ImageSize size, int threads)
    {
        if (settings.Onnx.Names.Count == 0) return null;
        if (settings.Onnx.Find(family.Name, size) is not { } file)
        {
            say($"{family.Name} at {size}: no ONNX file, so without ONNX Runtime");
            return null;
        }

        var peer = new OnnxRuntimePeer(file, size, threads);
        _onnxRuntime = peer.Loaded.Version;
        return peer;
    }

    private static ModelTime Summarise(OwnPeer peer, double[] ms, double[]? otherMs)
    {
        var subject = peer.Subject;
        return new ModelTime(
            subject.Form,
            subject.Rate,
            NetworkCosts.CountParameters(subject.Model.Network),
            subject.FileBytes,
            peer.MultiplyAdds,
            Spread.Of(ms),
            otherMs is null ? null : Spread.OfRatios(ms, otherMs),
            peer.WorkspaceBytes,
            peer.WeightBytes);
    }

    /// <summary>The steps of what differs in structure: a masked model's are the original's.</summary>
    private IEnumerable<Profile> Profiles(SubjectFamily family)
    {
        var size = settings.Sizes.First(s => s.IsFor(family.Architecture)).Size;
        return family.Subjects
            .Where(s => s.Form != SubjectForm.Masked)
            .Select(s => new Profile(
                family.Name, s.Form, s.Rate, size.Height, size.Width, PlanTimer.Run(new InferenceEngine(s.Model), size.Height, size.Width, ProfileRuns)));
    }
}
