using Secateur.Bench.Comparison;
using Secateur.Bench.Inference;
using Secateur.Bench.Machine;
using Secateur.Bench.Statistics;

namespace Secateur.Bench.Tests;

/// <summary>A small comparison with round numbers.</summary>
internal static class SampleResult
{
    public static ComparisonResult Create(PeerTime? peer) => new(
        ComparisonResult.CurrentFormat,
        new MachineDescription("Some <CPU> & more", "some-cpu", 2, ["L1 32K"], 256, "Linux", ".NET 10", "0123456789", new DateTime(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc)),
        new Effort(3, 5, 200),
        [new PeakRate(1, 50), new PeakRate(2, 100)],
        [new Bandwidth("memory", 1L << 40, 10), new Bandwidth("cache", 1000, 100)],
        peer is null ? "not measured" : "1.23.0",
        [Group(1, peer), Group(2, peer)],
        [
            new Profile("net", SubjectForm.Original, 0, 480, 640, [new StepTime("first", "ConvStep", 100_000_000, 10_000_000, 4, 3), new StepTime("split", "PhaseSplitStep", 0, 500, 1, 1)]),
            new Profile("net", SubjectForm.Compacted, 0.5, 480, 640, [new StepTime("first", "ConvStep", 25_000_000, 10_000_000, 2, 2)]),
        ]);

    private static ComparedGroup Group(int threads, PeerTime? peer) => new(
        "net",
        "eresfd",
        480,
        640,
        threads,
        peer,
        [
            new ModelTime(SubjectForm.Original, 0, 1000, 4000, 100_000_000, new Spread(4, 3, 5), Ratio(peer, 0.4), 3_000_000, 1_000_000),
            new ModelTime(SubjectForm.Masked, 0.5, 1000, 4000, 100_000_000, new Spread(4, 3, 5), Ratio(peer, 0.4), 3_000_000, 1_000_000),
            new ModelTime(SubjectForm.Compacted, 0.5, 300, 1200, 25_000_000, new Spread(2, 1, 3), Ratio(peer, 0.2), 1_500_000, 500_000),
        ]);

    private static Spread? Ratio(PeerTime? peer, double ratio) => peer is null ? null : new Spread(ratio, ratio, ratio);
}
