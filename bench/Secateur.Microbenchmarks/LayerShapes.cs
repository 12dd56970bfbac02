using Secateur.Graph;

namespace Secateur.Microbenchmarks;

/// <summary>The layers that take the time of EResFD and EXTD at 480 rows x 640 columns, and what pruning makes of them.</summary>
public static class LayerShapes
{
    /// <summary>Dense convolutions 3x3: EResFD's, at three of its levels, and pruned by 20, 60 and 70 percent.</summary>
    public static IEnumerable<LayerShape> Dense3x3() =>
    [
        Conv("EResFD 16 to 16, level 0", 16, 16, 120, 160),
        Conv("EResFD 16 to 16, level 1", 16, 16, 60, 80),
        Conv("EResFD 16 to 16, level 3", 16, 16, 15, 20),
        Conv("EResFD 13 to 13, level 0", 13, 13, 120, 160),
        Conv("EResFD 7 to 7, level 0", 7, 7, 120, 160),
        Conv("EResFD 5 to 5, level 0", 5, 5, 120, 160),
        Conv("EResFD context 16 to 8, level 0", 16, 8, 120, 160),
        Conv("EResFD context 4 to 4, level 0", 4, 4, 120, 160),
        Conv("EXTD head 64 to 4, level 0", 64, 4, 120, 160),
    ];

    /// <summary>Convolutions 1x1: EXTD's widening and narrowing ones, EResFD's lateral ones and heads, and pruned ones.</summary>
    public static IEnumerable<LayerShape> Dense1x1() =>
    [
        Conv("EXTD 64 to 128, half size", 64, 128, 240, 320, kernel: 1),
        Conv("EXTD 128 to 64, half size", 128, 64, 240, 320, kernel: 1),
        Conv("EXTD 64 to 256, half size", 64, 256, 240, 320, kernel: 1),
        Conv("EXTD 64 to 128, level 1", 64, 128, 60, 80, kernel: 1),
        Conv("EXTD 32 to 64, half size", 32, 64, 240, 320, kernel: 1),
        Conv("EResFD lateral 16 to 16, level 0", 16, 16, 120, 160, kernel: 1),
        Conv("EResFD lateral 7 to 7, level 0", 7, 7, 120, 160, kernel: 1),
        Conv("EResFD head 16 to 4, level 0", 16, 4, 120, 160, kernel: 1),
    ];

    /// <summary>Depthwise convolutions of EXTD.</summary>
    public static IEnumerable<LayerShape> Depthwise() =>
    [
        Conv("EXTD 128, half size", 128, 128, 240, 320, groups: 128),
        Conv("EXTD 64, half size", 64, 64, 240, 320, groups: 64),
        Conv("EXTD 128, level 1", 128, 128, 60, 80, groups: 128),
        Conv("EXTD 77, half size", 77, 77, 240, 320, groups: 77),
    ];

    /// <summary>Strided convolutions, which read phases of their input: the stems, and the steps from level to level.</summary>
    public static IEnumerable<LayerShape> Strided() =>
    [
        Conv("EResFD stem 5x5 stride 4", 3, 8, 480, 640, kernel: 5, stride: 4),
        Conv("EXTD stem 3x3 stride 2", 3, 64, 480, 640, stride: 2),
        Conv("EResFD 16 to 16 stride 2, level 0", 16, 16, 120, 160, stride: 2),
        Conv("EXTD depthwise 128 stride 2, half size", 128, 128, 240, 320, stride: 2, groups: 128),
    ];

    /// <summary>Upsampling by two.</summary>
    public static IEnumerable<LayerShape> Upsampling() =>
    [
        Upsample("EResFD nearest 16, to level 0", 16, UpsampleMode.Nearest),
        Upsample("EXTD bilinear 64, to level 0", 64, UpsampleMode.Bilinear),
    ];

    /// <summary>Layers that belong together: a plan may compute them in one pass.</summary>
    public static IEnumerable<LayerShape> Blocks() =>
    [
        Residual("EResFD block 16, level 0", 16, 120, 160),
        Residual("EResFD block 13, level 0", 13, 120, 160),
        Residual("EResFD block 7, level 0", 7, 120, 160),
        Residual("EResFD block 5, level 0", 5, 120, 160),
        Inverted("EXTD block 64, 128, 64, half size", 64, 128, 240, 320),
        Inverted("EXTD block 64, 256, 64, half size", 64, 256, 240, 320),
        Inverted("EXTD block 64, 128, 64, level 1", 64, 128, 60, 80),
        Inverted("EXTD block 52, 103, 52, half size", 52, 103, 240, 320),
        Inverted("EXTD block 32, 64, 32, half size", 32, 64, 240, 320),
    ];

    private static LayerShape Conv(string name, int from, int to, int height, int width, int kernel = 3, int stride = 1, int groups = 1) =>
        new(name, from, height, width, (g, input) => g.Relu(ConvNorm(g, input, "conv", to, kernel, stride, groups)));

    /// <summary>EResFD's: two dense convolutions and a sum.</summary>
    private static LayerShape Residual(string name, int channels, int height, int width) => new(name, channels, height, width, (g, input) =>
    {
        var x = g.Relu(ConvNorm(g, input, "first", channels));
        return g.Add(ConvNorm(g, x, "second", channels), input, "sum");
    });

    /// <summary>EXTD's: widen, depthwise, narrow and a sum.</summary>
    private static LayerShape Inverted(string name, int channels, int wide, int height, int width) => new(name, channels, height, width, (g, input) =>
    {
        var x = g.PRelu(ConvNorm(g, input, "widen", wide, kernel: 1), "slope1");
        x = g.PRelu(ConvNorm(g, x, "depthwise", wide, groups: wide), "slope2");
        return g.Add(ConvNorm(g, x, "narrow", channels, kernel: 1), input, "sum");
    });

    /// <summary>Nothing but an upsampling makes a map larger, so the small map comes from a large one.</summary>
    private static LayerShape Upsample(string name, int channels, UpsampleMode mode) => new(
        name, channels, 120, 160, (g, input) => g.Upsample(ConvNorm(g, input, "small", channels, stride: 2, groups: channels), input, mode), LastStepOnly: true);

    private static int ConvNorm(NetworkBuilder g, int input, string name, int channels, int kernel = 3, int stride = 1, int groups = 1) =>
        g.BatchNorm(g.Conv2d(input, name, channels, kernel, stride, kernel / 2, groups), name + ".norm");
}
