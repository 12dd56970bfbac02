using Secateur.Kernels;
using Secateur.Kernels.Conv2d;

namespace Secateur.Reference;

/// <summary>The definition of a convolution: y[o] = bias[o] + sum over i, ky, kx of w[o, i, ky, kx] x[i, stride * y + ky - padding, ..], zero outside.</summary>
public static class Conv2dReference
{
    /// <param name="input">For each image [I, H, W].</param>
    /// <param name="weight">[O, I / groups, K, K].</param>
    /// <param name="bias">[O], or null for none.</param>
    /// <param name="geometry">Kernel, stride, padding and groups.</param>
    /// <returns>For each image [O, (H + 2 padding - K) / stride + 1, ..].</returns>
    public static Volume[] Run(Volume[] input, double[] weight, double[]? bias, ConvGeometry geometry)
    {
        var channels = new ConvChannels(weight.Length, input[0].Channels, geometry);
        var (height, width) = (geometry.OutputSize(input[0].Height), geometry.OutputSize(input[0].Width));
        var result = Array.ConvertAll(input, _ => new Volume(channels.Outputs, height, width));
        Parallel.For(0, input.Length * channels.Outputs, k =>
        {
            var (x, y, o) = (input[k / channels.Outputs], result[k / channels.Outputs], k % channels.Outputs);
            if (bias is not null) y.Plane(o).Fill(bias[o]);
            for (var i = 0; i < channels.PerGroup; i++) AddChannel(x, y, o, i, weight, channels, geometry);
        });
        return result;
    }

    /// <summary>The same for one image [I, H, W] and weights in float.</summary>
    public static Volume Run(Volume input, Tensor weight, Tensor? bias, ConvGeometry geometry) =>
        Run([input], Doubles(weight), bias is null ? null : Doubles(bias), geometry)[0];

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.Data, value => (double)value);

    private static void AddChannel(Volume input, Volume result, int o, int i, double[] weight, ConvChannels channels, ConvGeometry geometry)
    {
        for (var ky = 0; ky < geometry.Kernel; ky++)
        {
            var rows = ConvTap.At(ky, geometry, input.Height);
            for (var kx = 0; kx < geometry.Kernel; kx++)
            {
                var columns = ConvTap.At(kx, geometry, input.Width);
                var w = weight[channels.WeightIndex(o, i, ky, kx)];
                for (var y = rows.From; y < rows.To; y++)
                {
                    var source = input.Row(channels.InputOf(o, i), (geometry.Stride * y) + rows.Offset);
                    var target = result.Row(o, y);
                    for (var x = columns.From; x < columns.To; x++) target[x] += w * source[(geometry.Stride * x) + columns.Offset];
                }
            }
        }
    }
}
