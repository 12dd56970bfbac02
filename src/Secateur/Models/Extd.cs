using System.Collections.Immutable;
using Secateur.Graph;

namespace Secateur.Models;

/// <summary>
/// EXTD (Yoo, Kim and Han, "EXTD: Extremely Tiny Face Detector via Iterative Filter Reuse", arXiv 1906.06579): inverted residual blocks whose
/// weights are used for six passes, one a scale. The state_dict names are those of the authors' implementation.
/// </summary>
public static class Extd
{
    /// <summary>
    /// The three published widths. Recipe and fresh weights are the paper's, without a pretrained base. The layer groups are those of B-FPGM's authors
    /// (arXiv 2501.16917) but for the heads, which are not pruned here; width 32 has two more blocks.
    /// </summary>
    public static ImmutableArray<Architecture> Architectures { get; } = [Of(64), Of(48), Of(32)];

    private const int Passes = 6;
    private const int StemChannels = 64;

    /// <summary>The network with <paramref name="channels"/> channels: 64, 48 or 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number of channels.</exception>
    public static Network Create(int channels)
    {
        if (channels is not (32 or 48 or 64)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "EXTD has 32, 48 or 64 channels");
        var g = new NetworkBuilder($"extd{channels}");
        var x = g.Conv2d(g.Input(3), "base.0.0", StemChannels, kernel: 3, stride: 2, padding: 1);
        x = g.PRelu(g.BatchNorm(x, "base.0.1"), "base.0.2");
        x = Block(g, x, 1, new BlockSpec(1, 1), channels);

        // The blocks that every pass uses again, from base.2 on.
        BlockSpec[] reused = channels == 32
            ? [new(2, 1), new(2, 1), new(4, 1), new(4, 1), new(2, 1), new(2, 2)]
            : [new(2, 1), new(2, 1), new(4, 1), new(4, 2)];
        var scales = new int[Passes];
        for (var pass = 0; pass < Passes; pass++)
        {
            for (var i = 0; i < reused.Length; i++) x = Block(g, x, 2 + i, reused[i], channels);
            scales[pass] = x;
        }

        // Top-down: levels finest first, u5 .. u1 and then the last scale itself.
        var levels = new int[Passes];
        levels[Passes - 1] = scales[Passes - 1];
        for (var k = 0; k < Passes - 1; k++)
        {
            var scale = scales[Passes - 2 - k];
            levels[Passes - 2 - k] = Up(g, levels[Passes - 1 - k], scale, k, channels);
        }

        S3fdHead.Append(g, levels, kernel: 3, padding: 1);
        return g.Build();
    }

    private static Architecture Of(int channels) => new($"extd{channels}", () => Create(channels))
    {
        Training = new(OptimizerKind.Sgd, 480_000, [240_000, 360_000]),
        Initialization = new(ConvDistribution.XavierUniform, NormGamma: 1) { Exceptions = [("upfeat.*", ConvDistribution.KaimingUniform)] },
        Groups =
        [
            new("stem", ["base.0.*", "base.1.*"]),
            new("blocks 2-3", ["base.2.*", "base.3.*"]),
            new("block 4", ["base.4.*"]),
            new("block 5", ["base.5.*"]),
            .. channels == 32 ? [new LayerGroup("blocks 6-7", ["base.6.*", "base.7.*"])] : ImmutableArray<LayerGroup>.Empty,
            new("upfeat", ["upfeat.*"]),
        ],
        Recognizes = tensors => tensors.GetValueOrDefault("base.2.conv.0.weight") is { Shape: [_, var inputs, 1, 1] } && inputs == channels,
    };

    private static int Block(NetworkBuilder g, int input, int index, BlockSpec spec, int channels)
    {
        var prefix = $"base.{index}.conv.";
        var part = 0;
        string Next() => prefix + part++;

        var wide = g.ChannelsOf(input) * spec.Expansion;
        var x = input;
        if (spec.Expansion > 1)
        {
            x = g.Conv2d(x, Next(), wide, kernel: 1);
            x = g.PRelu(g.BatchNorm(x, Next()), Next());
        }

        x = g.Conv2d(x, Next(), wide, kernel: 3, stride: spec.Stride, padding: 1, groups: wide, bias: true);
        x = g.PRelu(g.BatchNorm(x, Next()), Next());
        x = g.Conv2d(x, Next(), channels, kernel: 1);
        x = g.BatchNorm(x, Next());
        if (channels == 32) x = g.PRelu(x, Next());
        return spec.Stride == 1 && g.ChannelsOf(input) == channels ? g.Add(input, x, $"base.{index}.add") : x;
    }

    private static int Up(NetworkBuilder g, int coarse, int fine, int k, int channels)
    {
        var x = g.Upsample(coarse, fine, UpsampleMode.Bilinear);
        x = g.Conv2d(x, $"upfeat.{k}.0", channels, kernel: 3, padding: 1, groups: channels);
        x = g.Conv2d(x, $"upfeat.{k}.1", channels, kernel: 1);
        x = g.Relu(g.BatchNorm(x, $"upfeat.{k}.2"));
        return g.Add(x, fine, $"upfeat.{k}.add");
    }

    /// <summary>An inverted residual block: how much it widens, and its stride.</summary>
    private readonly record struct BlockSpec(int Expansion, int Stride);
}
