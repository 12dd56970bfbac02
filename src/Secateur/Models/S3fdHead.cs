using Secateur.Graph;

namespace Secateur.Models;

/// <summary>S3FD's head (ICCV 2017), which both detectors share: a box and a score convolution a level, max-out over three background channels at the finest.</summary>
internal static class S3fdHead
{
    private const int FinestStride = 4;

    // Anchor sides are four strides (S3FD's equal-proportion rule).
    private const int SizePerStride = 4;

    public static void Append(NetworkBuilder g, ReadOnlySpan<int> levels, int kernel, int padding)
    {
        var loc = new int[levels.Length];
        var conf = new int[levels.Length];
        for (var k = 0; k < levels.Length; k++)
        {
            loc[k] = g.Conv2d(levels[k], $"loc.{k}", 4, kernel, padding: padding, bias: true);
            g.Output($"loc_{k}", loc[k]);
        }

        for (var k = 0; k < levels.Length; k++)
        {
            conf[k] = g.Conv2d(levels[k], $"conf.{k}", k == 0 ? 4 : 2, kernel, padding: padding, bias: true);
            g.Output($"conf_{k}", conf[k]);
        }

        for (var k = 0; k < levels.Length; k++)
        {
            var stride = FinestStride << k;
            g.Level(stride, [stride * SizePerStride], loc[k], k == 0 ? g.MaxOut(conf[0]) : conf[k]);
        }
    }
}
