using Secateur.Kernels.Conv2d;

namespace Secateur.Reference;

/// <summary>
/// The gradients of y[o] = bias[o] + sum over i, ky, kx of w[o, i, ky, kx] x[i, stride * y + ky - padding, ..]: every product hands the
/// gradient of its sum to each factor, times the other.
/// </summary>
public static class Conv2dGradient
{
    /// <summary>dx[i, stride * y + ky - padding, ..] = sum over o, ky, kx of w[o, i, ky, kx] dy[o, y, x].</summary>
    /// <param name="outputGradient">dy, for each image [O, h, w].</param>
    /// <param name="weight">w, [O, I / groups, K, K].</param>
    /// <param name="input">For the shape of x, for each image [I, H, W].</param>
    /// <param name="geometry">Kernel, stride, padding and groups.</param>
    /// <returns>dx, for each image [I, H, W].</returns>
    public static Volume[] Input(Volume[] outputGradient, double[] weight, Volume[] input, ConvGeometry geometry)
    {
        var inputs = input[0].Channels;
        var channels = new ConvChannels(weight.Length, inputs, geometry);
        var result = Array.ConvertAll(input, x => x.ZerosLike());
        Parallel.For(0, input.Length * inputs, k =>
        {
            var (dx, dy, c) = (result[k / inputs], outputGradient[k / inputs], k % inputs);
            var firstOutput = c / channels.PerGroup * channels.OutputsPerGroup;
            for (var o = firstOutput; o < firstOutput + channels.OutputsPerGroup; o++)
                AddOutput(dx, dy, c, o, weight, channels, geometry);
        });
        return result;
    }

    /// <summary>dw[o, i, ky, kx] += sum over images, y, x of dy[o, y, x] x[i, stride * y + ky - padding, ..].</summary>
    /// <param name="outputGradient">dy, for each image [O, h, w].</param>
    /// <param name="input">x, for each image [I, H, W].</param>
    /// <param name="geometry">Kernel, stride, padding and groups.</param>
    /// <param name="weightGradient">dw, [O, I / groups, K, K], added to.</param>
    public static void AddWeight(Volume[] outputGradient, Volume[] input, ConvGeometry geometry, double[] weightGradient)
    {
        var channels = new ConvChannels(weightGradient.Length, input[0].Channels, geometry);
        Parallel.For(0, channels.Outputs * channels.PerGroup, k =>
        {
            var (o, i) = (k / channels.PerGroup, k % channels.PerGroup);
            for (var ky = 0; ky < geometry.Kernel; ky++)
            {
                for (var kx = 0; kx < geometry.Kernel; kx++)
                {
                    var sum = 0.0;
                    for (var n = 0; n < input.Length; n++) sum += Correlate(outputGradient[n], o, input[n], channels.InputOf(o, i), ky, kx, geometry);
                    weightGradient[channels.WeightIndex(o, i, ky, kx)] += sum;
                }
            }
        });
    }

    /// <summary>dbias[o] += sum over images, y, x of dy[o, y, x].</summary>
    /// <param name="outputGradient">dy, for each image [O, h, w].</param>
    /// <param name="biasGradient">dbias, [O], added to.</param>
    public static void AddBias(Volume[] outputGradient, double[] biasGradient)
    {
        foreach (var dy in outputGradient)
        {
            for (var o = 0; o < dy.Channels; o++)
            {
                foreach (var value in dy.Plane(o)) biasGradient[o] += value;
            }
        }
    }

    private static void AddOutput(Volume inputGradient, Volume outputGradient, int c, int o, double[] weight, ConvChannels channels, ConvGeometry geometry)
    {
        for (var ky = 0; ky < geometry.Kernel; ky++)
        {
            var rows = ConvTap.At(ky, geometry, inputGradient.Height);
            for (var kx = 0; kx < geometry.Kernel; kx++)
            {
                var columns = ConvTap.At(kx, geometry, inputGradient.Width);
                var w = weight[channels.WeightIndex(o, c % channels.PerGroup, ky, kx)];
                for (var y = rows.From; y < rows.To; y++)
                {
                    var target = inputGradient.Row(c, (geometry.Stride * y) + rows.Offset);
                    var source = outputGradient.Row(o, y);
                    for (var x = columns.From; x < columns.To; x++) target[(geometry.Stride * x) + columns.Offset] += w * source[x];
                }
            }
        }
    }

    private static double Correlate(Volume outputGradient, int o, Volume input, int c, int ky, int kx, ConvGeometry geometry)
    {
        var rows = ConvTap.At(ky, geometry, input.Height);
        var columns = ConvTap.At(kx, geometry, input.Width);
        var sum = 0.0;
        for (var y = rows.From; y < rows.To; y++)
        {
            var source = input.Row(c, (geometry.Stride * y) + rows.Offset);
            var dy = outputGradient.Row(o, y);
            for (var x = columns.From; x < columns.To; x++) sum += dy[x] * source[(geometry.Stride * x) + columns.Offset];
        }

        return sum;
    }
}
