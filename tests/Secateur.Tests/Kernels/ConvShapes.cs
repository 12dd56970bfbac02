using Secateur.Graph;
using Secateur.Kernels.Conv2d;

namespace Secateur.Tests.Kernels;

/// <summary>A convolution of one image: [Inputs, Height, Width] to Outputs channels.</summary>
public sealed record ConvShape(int Inputs, int Outputs, int Height, int Width, ConvGeometry Conv);

/// <summary>The shapes that convolutions are tested and timed on.</summary>
public static class ConvShapes
{
    private static readonly int[] Channels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 24];

    // Around the vector widths, once and twice and four times.
    private static readonly int[] Widths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65];

    private static readonly int[] Kernels = [1, 3, 5];

    private static readonly int[] Strides = [1, 2, 4];

    /// <summary>Every channel count with every width; kernels, strides, paddings and groups take turns so that each meets each.</summary>
    public static IEnumerable<ConvShape> Small()
    {
        var turn = 0;
        foreach (var outputs in Channels)
        {
            foreach (var width in Widths)
            {
                var kernel = Kernels[turn % 3];
                var stride = Strides[turn / 3 % 3];
                var padding = turn / 9 % 3 == 0 && width >= kernel ? 0 : kernel / 2;
                var inputs = Channels[(turn * 5) % Channels.Length];
                var groups = turn / 27 % 3 == 0 ? outputs : 1;
                yield return new ConvShape(groups > 1 ? outputs : inputs, outputs, kernel + (turn % 4), width, new ConvGeometry(kernel, stride, padding, groups));
                turn++;
            }
        }
    }

    /// <summary>The convolutions of a network for an input of a size, each shape once.</summary>
    public static IEnumerable<ConvShape> Of(Network network, int height, int width)
    {
        var shapes = NetworkShapes.Infer(network, height, width);
        return network.Nodes.OfType<Conv2dNode>()
            .Select(c => new ConvShape(
                shapes[c.Input].Channels, network.Parameter(c.Weight).Shape[0], shapes[c.Input].Height, shapes[c.Input].Width, network.GeometryOf(c)))
            .Distinct();
    }
}
