using Secateur.Graph;
using Secateur.Models;

namespace Secateur.TestSupport;

/// <summary>
/// RetinaFace's lightest detector, without landmarks (Deng et al., "RetinaFace: Single-stage Dense Face Localisation in the Wild", arXiv 1905.00641):
/// MobileNet-0.25, a feature pyramid over strides 8, 16 and 32, SSH context modules, two square anchors a cell. It differs from the published
/// networks of the product in all that a head describes: several anchors, other layer names, no max-out, blue first.
/// </summary>
public static class RetinaFaceMobile
{
    private const int PyramidChannels = 64;

    public static Architecture Architecture { get; } = new("retinaface-mobile", Create)
    {
        Training = new(OptimizerKind.Sgd, 64_400, [44_275, 54_740]),
        Initialization = new(ConvDistribution.KaimingUniform, NormGamma: 1),
        Recognizes = tensors => tensors.ContainsKey("ClassHead.0.conv1x1.weight"),
    };

    public static Network Create()
    {
        var g = new NetworkBuilder("retinaface-mobile");
        var x = Conv(g, g.Input(3), "body.stage1.0", 8, stride: 2);
        x = Stage(g, x, "body.stage1", 1, [16, 32, 32, 64, 64], [1, 2, 1, 2, 1]);
        var c3 = x;
        var c4 = x = Stage(g, x, "body.stage2", 0, [128, 128, 128, 128, 128, 128], [2, 1, 1, 1, 1, 1]);
        var c5 = Stage(g, x, "body.stage3", 0, [256, 256], [2, 1]);

        var p5 = Conv(g, c5, "fpn.output3", PyramidChannels, kernel: 1);
        var p4 = Merge(g, Conv(g, c4, "fpn.output2", PyramidChannels, kernel: 1), p5, "fpn.merge2");
        var p3 = Merge(g, Conv(g, c3, "fpn.output1", PyramidChannels, kernel: 1), p4, "fpn.merge1");
        int[] levels = [Context(g, p3, "ssh1"), Context(g, p4, "ssh2"), Context(g, p5, "ssh3")];
        for (var k = 0; k < levels.Length; k++)
        {
            var loc = g.Conv2d(levels[k], $"BboxHead.{k}.conv1x1", 2 * DetectionLevel.BoxChannels, kernel: 1, bias: true);
            var scores = g.Conv2d(levels[k], $"ClassHead.{k}.conv1x1", 2 * DetectionLevel.ScoreChannels, kernel: 1, bias: true);
            g.Output($"bbox_{k}", loc);
            g.Output($"class_{k}", scores);
            g.Level(8 << k, [16 << (2 * k), 32 << (2 * k)], loc, scores);
        }

        return g.Build(head => head with { Pixels = new PixelFormat([123, 117, 104], PixelOrder.Bgr) });
    }

    private static int Stage(NetworkBuilder g, int x, string prefix, int first, int[] channels, int[] strides)
    {
        for (var i = 0; i < channels.Length; i++)
        {
            var block = $"{prefix}.{first + i}";
            var inputs = g.ChannelsOf(x);
            x = g.Relu(g.BatchNorm(g.Conv2d(x, block + ".0", inputs, kernel: 3, stride: strides[i], padding: 1, groups: inputs), block + ".1"));
            x = g.Relu(g.BatchNorm(g.Conv2d(x, block + ".3", channels[i], kernel: 1), block + ".4"));
        }

        return x;
    }

    private static int Merge(NetworkBuilder g, int lateral, int coarse, string name) =>
        Conv(g, g.Add(lateral, g.Upsample(coarse, lateral, UpsampleMode.Nearest), name + ".add"), name, PyramidChannels);

    /// <summary>Receptive fields of three, five and seven pixels side by side.</summary>
    private static int Context(NetworkBuilder g, int input, string prefix)
    {
        var three = Conv(g, input, prefix + ".conv3X3", PyramidChannels / 2, relu: false);
        var trunk = Conv(g, input, prefix + ".conv5X5_1", PyramidChannels / 4);
        var five = Conv(g, trunk, prefix + ".conv5X5_2", PyramidChannels / 4, relu: false);
        var seven = Conv(g, Conv(g, trunk, prefix + ".conv7X7_2", PyramidChannels / 4), prefix + ".conv7x7_3", PyramidChannels / 4, relu: false);
        return g.Relu(g.Concat(prefix + ".concat", three, five, seven));
    }

    private static int Conv(NetworkBuilder g, int input, string layer, int channels, int kernel = 3, int stride = 1, bool relu = true)
    {
        var x = g.BatchNorm(g.Conv2d(input, layer + ".0", channels, kernel, stride, padding: kernel / 2), layer + ".1");
        return relu ? g.Relu(x) : x;
    }
}
