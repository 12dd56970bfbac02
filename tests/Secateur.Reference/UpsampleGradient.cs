using Secateur.Graph;
using Secateur.Kernels.Upsample;

namespace Secateur.Reference;

/// <summary>The gradients of upsampling: every input pixel gathers from the output pixels that read it, with the weight they read it with.</summary>
public static class UpsampleGradient
{
    /// <param name="outputGradient">dy, [C, H, W].</param>
    /// <param name="input">For the shape of x, [C, h, w].</param>
    /// <param name="mode">How y samples x.</param>
    /// <returns>dx, [C, h, w].</returns>
    public static Volume Input(Volume outputGradient, Volume input, UpsampleMode mode) =>
        mode == UpsampleMode.Nearest ? Nearest(outputGradient, input) : Bilinear(outputGradient, input);

    private static Volume Nearest(Volume outputGradient, Volume input)
    {
        var result = input.ZerosLike();
        for (var c = 0; c < result.Channels; c++)
        {
            for (var y = 0; y < outputGradient.Height; y++)
            {
                var row = NearestSource.Of(y, input.Height, outputGradient.Height);
                for (var x = 0; x < outputGradient.Width; x++)
                    result[c, row, NearestSource.Of(x, input.Width, outputGradient.Width)] += outputGradient[c, y, x];
            }
        }

        return result;
    }

    private static Volume Bilinear(Volume outputGradient, Volume input)
    {
        var result = input.ZerosLike();
        for (var y = 0; y < outputGradient.Height; y++)
        {
            var row = BilinearTap.At(y, input.Height, outputGradient.Height);
            for (var x = 0; x < outputGradient.Width; x++)
            {
                var column = BilinearTap.At(x, input.Width, outputGradient.Width);
                for (var c = 0; c < result.Channels; c++)
                {
                    var (top, bottom) = Split(outputGradient[c, y, x], row.T);
                    var (topLeft, topRight) = Split(top, column.T);
                    var (bottomLeft, bottomRight) = Split(bottom, column.T);
                    result[c, row.Low, column.Low] += topLeft;
                    result[c, row.Low, column.High] += topRight;
                    result[c, row.High, column.Low] += bottomLeft;
                    result[c, row.High, column.High] += bottomRight;
                }
            }
        }

        return result;
    }

    private static (double Low, double High) Split(double gradient, double t) => ((1 - t) * gradient, t * gradient);
}
