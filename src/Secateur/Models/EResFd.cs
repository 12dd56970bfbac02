using Secateur.Graph;
using Secateur.Weights.Files;

namespace Secateur.Models;

/// <summary>
/// EResFD at width 1/16 (Jeong et al., "EResFD: Rediscovery of the Effectiveness of Standard Convolution for Lightweight Face Detection",
/// arXiv 2204.01209). The state_dict names are those of the authors' implementation.
/// </summary>
public static class EResFd
{
    /// <summary>
    /// Its recipe is the paper's (section 4.1). The five-file form of its checkpoints is the official one, which was trained with anchors 1.25 times as
    /// high as wide. Its six layer groups are those of B-FPGM (Kaparinos and Mezaris, WACVW 2025, arXiv 2501.16917).
    /// </summary>
    public static Architecture Architecture { get; } = new("eresfd", Create)
    {
        Training = new(OptimizerKind.Adam, 330_000, [250_000, 300_000, 320_000]),
        Initialization = new(ConvDistribution.FanOutNormal, NormGamma: 0.5),
        Groups =
        [
            new("stem", ["base.conv1.*", "base.conv2.*", "base.conv3.*"]),
            new("c1", ["base.conv4.*", "base.m0.b2_1.*"]),
            new("c2-c3", ["base.m0.b2_2.*", "base.m0.b2_3.*"]),
            new("c4-c5", ["base.m0.b2_4.*", "base.m0.b2_5.*"]),
            new("fpn", ["base.m0.fpn.*"]),
            new("context", ["base.m0.FEM_*"]),
        ],
        Recognizes = tensors => tensors.ContainsKey("base.conv1.0.weight"),
        HeadOf = (head, kind) => kind == WeightFileKind.PyTorchSplit ? head with { AnchorAspect = 1.25 } : head,
    };

    private const int Width = 16;
    private const int FusionColumns = 9;
    private const string FusionWeights = "base.m0.fpn.w1";

    /// <summary>The network: 92,208 parameters.</summary>
    public static Network Create()
    {
        var g = new NetworkBuilder("eresfd");
        var x = ConvNorm(g, g.Input(3), "base.conv1.0", "base.conv1.1", Width / 2, kernel: 5, stride: 4);
        x = g.Relu(ConvNorm(g, x, "base.conv2.0", "base.conv2.1", Width / 2));
        x = g.Relu(ConvNorm(g, x, "base.conv3.0", "base.conv3.1", Width));

        var c = new int[6];
        c[0] = Block(g, x, "base.conv4", stride: 1);
        int[] depths = [3, 3, 3, 2, 2];
        for (var level = 1; level <= depths.Length; level++)
        {
            x = c[level - 1];
            for (var i = 0; i < depths[level - 1]; i++) x = Block(g, x, $"base.m0.b2_{level}.{i}", stride: i == 0 ? 2 : 1);
            c[level] = x;
        }

        var levels = Pyramid(g, c);
        for (var k = 0; k < levels.Length; k++) levels[k] = g.Relu(Context(g, levels[k], $"base.m0.FEM_{k}"));
        S3fdHead.Append(g, levels, kernel: 1, padding: 0);
        return g.Build();
    }

    private static int Block(NetworkBuilder g, int input, string prefix, int stride)
    {
        var shortcut = stride == 1
            ? input
            : ConvNorm(g, input, $"{prefix}.shortcut_layer.0", $"{prefix}.shortcut_layer.1", Width, kernel: 1, stride: stride);
        var x = g.Relu(ConvNorm(g, input, $"{prefix}.res_layer.0", $"{prefix}.res_layer.1", Width, stride: stride));
        x = ConvNorm(g, x, $"{prefix}.res_layer.3", $"{prefix}.res_layer.4", Width);
        return g.Add(x, shortcut, $"{prefix}.add");
    }

    /// <summary>The separated feature pyramid; returns [l0, l1, l2, l3, h4, h5].</summary>
    private static int[] Pyramid(NetworkBuilder g, int[] c)
    {
        int Fuse(int a, int b, int column) => g.Fuse(a, b, FusionWeights, column, FusionColumns);
        int UpTo(int coarse, int fine) => g.Upsample(coarse, fine, UpsampleMode.Nearest);

        // Declared first because the checkpoint lists it first.
        g.Declare(FusionWeights, ParameterKind.FusionWeight, 2, FusionColumns);
        var lateral = new int[5];
        for (var k = 0; k < lateral.Length; k++)
            lateral[k] = g.Relu(ConvNorm(g, c[k], $"base.m0.fpn.laterals.{k}.conv.0", $"base.m0.fpn.laterals.{k}.conv.1", Width, kernel: 1));

        // The high part stops at level 4: level 3 starts again from the backbone (the pyramid is separated there).
        var p = new int[6];
        p[5] = c[5];
        p[4] = Fuse(lateral[4], UpTo(c[5], lateral[4]), 4);
        p[3] = Fuse(lateral[3], UpTo(c[4], lateral[3]), 3);
        for (var k = 2; k >= 0; k--) p[k] = Fuse(lateral[k], UpTo(p[k + 1], lateral[k]), k);
        for (var k = 1; k <= 4; k++)
        {
            var layer = $"base.m0.fpn.itm.{k - 1}.conv";
            p[k] = Fuse(g.Relu(ConvNorm(g, p[k], layer + ".0", layer + ".1", Width)), c[k], 4 + k);
        }

        return p;
    }

    /// <summary>The cascade context module: three branches of growing receptive field, joined to 16 channels.</summary>
    private static int Context(NetworkBuilder g, int input, string prefix)
    {
        var r1 = g.Relu(ConvNorm(g, input, $"{prefix}.res_branch1.0", $"{prefix}.res_branch1.1", Width / 2));
        var r2 = g.Relu(ConvNorm(g, r1, $"{prefix}.res_branch2.0", $"{prefix}.res_branch2.1", Width / 4));
        r2 = g.Relu(ConvNorm(g, r2, $"{prefix}.res_branch2.3", $"{prefix}.res_branch2.4", Width / 4));
        var r3 = g.Relu(ConvNorm(g, r2, $"{prefix}.res_branch3.0", $"{prefix}.res_branch3.1", Width / 4));
        r3 = g.Relu(ConvNorm(g, r3, $"{prefix}.res_branch3.3", $"{prefix}.res_branch3.4", Width / 4));
        return g.Concat($"{prefix}.concat", r1, r2, r3);
    }

    private static int ConvNorm(NetworkBuilder g, int input, string conv, string norm, int channels, int kernel = 3, int stride = 1) =>
        g.BatchNorm(g.Conv2d(input, conv, channels, kernel, stride, padding: kernel / 2), norm);
}
