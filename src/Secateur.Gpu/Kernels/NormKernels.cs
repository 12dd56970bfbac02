using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>Batch norms: moments, coefficients, running statistics, and the sums that their gradients need. Sums are double, over chunks in order.</summary>
internal static class NormKernels
{
    /// <summary>Sums of a moment: of the values, of their squares.</summary>
    public const int Moments = 2;

    /// <summary>Sums over a view's gradient, see <see cref="GradientView.Sums"/>.</summary>
    public const int ViewSums = 3;

    private const double Momentum = 0.1;

    /// <summary>The moments of a chunk of a channel; a grid of chunks and channels.</summary>
    public static void TakeMoments(ArrayView<float> memory, ArrayView<double> sums, MapCall map)
    {
        var (image, from, to) = map.Chunk();
        var plane = map.At(image, Grid.IdxY, 0);
        var (sum, squares) = (0.0, 0.0);
        for (var i = from + Group.IdxX; i < to; i += GpuDevice.GroupSize)
        {
            var value = (double)memory[plane + i];
            sum += value;
            squares += value * value;
        }

        sum = GroupSums.Sum(sum);
        squares = GroupSums.Sum(squares);
        if (Group.IdxX != 0) return;
        var at = Moments * (((long)Grid.IdxY * map.Chunks) + Grid.IdxX);
        sums[at] = sum;
        sums[at + 1] = squares;
    }

    /// <summary>Batch statistics, coefficients and running statistics (momentum 0.1, unbiased variance); a thread a channel.</summary>
    public static void Norm(ArrayView<float> memory, ArrayView<double> sums, NormCall norm)
    {
        var channel = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (channel >= norm.Channels) return;
        var (sum, squares) = (0.0, 0.0);
        var first = norm.Sums + ((long)channel * norm.Chunks * Moments);
        for (var i = 0; i < norm.Chunks; i++)
        {
            sum += sums[first + (Moments * i)];
            squares += sums[first + (Moments * i) + 1];
        }

        var mean = sum / norm.Count;
        var variance = Math.Max((squares / norm.Count) - (mean * mean), 0);
        var inverse = 1 / Math.Sqrt(variance + norm.Epsilon);
        var numbers = norm.Numbers + (channel * NormNumbers.Count);
        var scale = memory[norm.Gamma + channel] * inverse;
        memory[numbers + NormNumbers.Scale] = (float)scale;
        memory[numbers + NormNumbers.Mean] = (float)mean;
        memory[numbers + NormNumbers.Shift] = (float)(memory[norm.Beta + channel] - (scale * (mean - (float)mean)));
        memory[numbers + NormNumbers.InverseDeviation] = (float)inverse;
        var (runningMean, runningVariance) = (memory[norm.RunningMean + channel], memory[norm.RunningVariance + channel]);
        memory[norm.RunningMean + channel] = (float)(((1 - Momentum) * runningMean) + (Momentum * mean));
        memory[norm.RunningVariance + channel] = (float)(((1 - Momentum) * runningVariance) + (Momentum * variance * norm.Count / (norm.Count - 1)));
    }

    /// <summary>The sums over a view's gradient of a chunk of a channel; a grid of chunks and channels.</summary>
    public static void TakeViewSums(ArrayView<float> memory, ArrayView<double> sums, ArrayView<GradientRead> reads, MapCall map, int firstRead, long firstSum)
    {
        var (image, from, to) = map.Chunk();
        var view = GradientView.Of(memory, reads[firstRead + Grid.IdxY], image);
        var (gradient, byDeviation, bySlope) = (0.0, 0.0, 0.0);
        for (var i = from + Group.IdxX; i < to; i += GpuDevice.GroupSize)
        {
            var each = view.Sums(memory, i);
            gradient += each.Gradient;
            byDeviation += each.ByDeviation;
            bySlope += each.BySlope;
        }

        gradient = GroupSums.Sum(gradient);
        byDeviation = GroupSums.Sum(byDeviation);
        bySlope = GroupSums.Sum(bySlope);
        if (Group.IdxX != 0) return;
        var at = firstSum + (ViewSums * (((long)Grid.IdxY * map.Chunks) + Grid.IdxX));
        sums[at] = gradient;
        sums[at + 1] = byDeviation;
        sums[at + 2] = bySlope;
    }

    /// <summary>The gradients by gamma and beta, and what the gradient by the norm's input needs; a thread a channel.</summary>
    public static void NormGradient(ArrayView<float> memory, ArrayView<double> sums, NormCall norm)
    {
        var channel = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (channel >= norm.Channels) return;
        var (gradient, byDeviation) = (0.0, 0.0);
        for (var view = 0; view < norm.Views; view++)
        {
            var first = norm.Sums + (ViewSums * (((long)view * norm.Channels) + channel) * norm.Chunks);
            for (var i = 0; i < norm.Chunks; i++)
            {
                gradient += sums[first + (ViewSums * i)];
                byDeviation += sums[first + (ViewSums * i) + 1];
            }
        }

        var numbers = norm.Numbers + (channel * NormNumbers.Count);
        double scale = memory[numbers + NormNumbers.Scale], inverse = memory[numbers + NormNumbers.InverseDeviation];
        memory[norm.BetaGradient + channel] += (float)gradient;
        memory[norm.GammaGradient + channel] += (float)(byDeviation * inverse);
        memory[numbers + NormNumbers.GradientSlope] = (float)(-scale * inverse * inverse * byDeviation / norm.Count);
        memory[numbers + NormNumbers.GradientShift] = (float)(-scale * gradient / norm.Count);
    }

    /// <summary>The gradient by the slope of a view's PReLU; one group.</summary>
    public static void SlopeGradient(ArrayView<float> memory, ArrayView<double> sums, long firstSum, int count, long gradient)
    {
        var sum = 0.0;
        for (var i = Group.IdxX; i < count; i += GpuDevice.GroupSize) sum += sums[firstSum + (ViewSums * i) + 2];
        sum = GroupSums.Sum(sum);
        if (Group.IdxX == 0) memory[gradient] += (float)sum;
    }
}
