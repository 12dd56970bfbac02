namespace Secateur.Kernels.Conv2d;

/// <summary>The definition of a convolution: y[o] = bias[o] + sum over i, ky, kx of w[o, i, ky, kx] x[i, stride * y + ky - padding, ..], zero outside.</summary>
public static class Conv2dReference
{
    /// <param name="input">[I, H, W].</param>
    /// <param name="weight">[O, I / groups, K, K].</param>
    /// <param name="bias">[O], or null for none.</param>
    /// <param name="geometry">Kernel, stride, padding and groups.</param>
    /// <returns>[O, (H + 2 padding - K) / stride + 1, ..].</returns>
    public static Volume Run(Volume input, Tensor weight, Tensor? bias, ConvGeometry geometry)
    {
        var (outputs, perGroup, kernel) = (weight.Shape[0], weight.Shape[1], geometry.Kernel);
        var result = new Volume(outputs, geometry.OutputSize(input.Height), geometry.OutputSize(input.Width));
        for (var o = 0; o < outputs; o++)
        {
            var firstInput = o / (outputs / geometry.Groups) * perGroup;
            for (var y = 0; y < result.Height; y++)
            {
                for (var x = 0; x < result.Width; x++)
                {
                    double sum = bias?.Data[o] ?? 0;
                    for (var i = 0; i < perGroup; i++)
                    {
                        for (var ky = 0; ky < kernel; ky++)
                        {
                            var sy = (geometry.Stride * y) + ky - geometry.Padding;
                            if (sy < 0 || sy >= input.Height) continue;
                            for (var kx = 0; kx < kernel; kx++)
                            {
                                var sx = (geometry.Stride * x) + kx - geometry.Padding;
                                if (sx < 0 || sx >= input.Width) continue;
                                sum += weight.Data[(((((o * perGroup) + i) * kernel) + ky) * kernel) + kx] * input[firstInput + i, sy, sx];
                            }
                        }
                    }

                    result[o, y, x] = sum;
                }
            }
        }

        return result;
    }
}
