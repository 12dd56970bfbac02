using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Training.Data.Augmentation;

namespace Secateur.Gpu.Data;

/// <summary>
/// From pictures to the planes of a batch: what comes before the mean grey of an image is known, that mean, and what comes after. The second
/// dimension of the grids is the image.
/// </summary>
internal static class SampleKernels
{
    /// <summary>Pixels of a group; it is worth a sum.</summary>
    public const int GroupPixels = GpuDevice.GroupSize * PixelsPerThread;

    private const int PixelsPerThread = 8;
    private const int Channels = 3;

    // A group's sums of the three colours, of 18 bits each, are one number: so they are added at once.
    private const int SumBits = 21;
    private const ulong SumMask = (1 << SumBits) - 1;

    /// <summary>Resamples; brightness; where contrast comes late, saturation and hue.</summary>
    /// <param name="recipes">The samples.</param>
    /// <param name="firsts">Tables of first source pixels.</param>
    /// <param name="weights">Tables of weights.</param>
    /// <param name="brought">Pictures that came with the batch.</param>
    /// <param name="resident">Pictures of the store.</param>
    /// <param name="pixels">Red, green, blue from the lowest byte on, [N, side * side].</param>
    /// <param name="sums">The sums of red, green and blue of what is shown, [N, groups].</param>
    /// <param name="shape">What is the same for all samples.</param>
    public static void Resample(
        ArrayView<DeviceRecipe> recipes,
        ArrayView<int> firsts,
        ArrayView<float> weights,
        ArrayView<byte> brought,
        ArrayView<byte> resident,
        ArrayView<uint> pixels,
        ArrayView<ulong> sums,
        RenderShape shape)
    {
        var totals = SharedMemory.Allocate<ulong>(GpuDevice.GroupSize);
        var recipe = recipes[Grid.IdxY];
        var picture = recipe.Resident != 0 ? resident : brought;
        var count = shape.Side * shape.Side;
        var sum = 0UL;
        for (var i = 0; i < PixelsPerThread; i++)
        {
            var place = (((Grid.IdxX * PixelsPerThread) + i) * GpuDevice.GroupSize) + Group.IdxX;
            if (place >= count) continue;
            var (x, y) = (place % shape.Side, place / shape.Side);
            var packed = shape.Fill;
            if (x >= recipe.Left && x < recipe.Right && y >= recipe.Top && y < recipe.Bottom)
            {
                var color = Blend(picture, recipe, firsts, weights, x, y, shape.Zero);
                color = PixelColor.Scale(color, recipe.Brightness, 0, shape.Zero);
                if (recipe.ContrastFirst == 0) color = SaturateAndTurn(color, recipe, shape.Zero);
                sum += (uint)color.Red | ((ulong)color.Green << SumBits) | ((ulong)color.Blue << (2 * SumBits));
                packed = PixelColor.Pack(color);
            }

            pixels[(Grid.IdxY * (long)count) + place] = packed;
        }

        totals[Group.IdxX] = sum;
        for (var half = GpuDevice.GroupSize / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half) totals[Group.IdxX] += totals[Group.IdxX + half];
        }

        if (Group.IdxX == 0) sums[(Grid.IdxY * Grid.DimX) + Grid.IdxX] = totals[0];
    }

    /// <summary>What contrast adds to every value. A group an image.</summary>
    /// <param name="recipes">The samples.</param>
    /// <param name="sums">The sums of the groups.</param>
    /// <param name="groups">Groups an image.</param>
    /// <param name="offsets">What is added, [N].</param>
    /// <param name="shape">What is the same for all samples.</param>
    public static void MeasureContrast(ArrayView<DeviceRecipe> recipes, ArrayView<ulong> sums, int groups, ArrayView<float> offsets, RenderShape shape)
    {
        var totals = SharedMemory.Allocate<long>(GpuDevice.GroupSize * Channels);
        var (red, green, blue) = (0L, 0L, 0L);
        for (var group = Group.IdxX; group < groups; group += GpuDevice.GroupSize)
        {
            var sum = sums[(Grid.IdxY * groups) + group];
            red += (long)(sum & SumMask);
            green += (long)((sum >> SumBits) & SumMask);
            blue += (long)(sum >> (2 * SumBits));
        }

        var mine = Group.IdxX * Channels;
        (totals[mine], totals[mine + 1], totals[mine + 2]) = (red, green, blue);
        for (var half = GpuDevice.GroupSize / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half)
            {
                for (var c = 0; c < Channels; c++) totals[mine + c] += totals[mine + (half * Channels) + c];
            }
        }

        if (Group.IdxX > 0) return;
        var recipe = recipes[Grid.IdxY];
        var count = (long)(recipe.Right - recipe.Left) * (recipe.Bottom - recipe.Top);
        var grey = Exact.Product(Grey.Red, totals[0], shape.Zero) + Exact.Product(Grey.Green, totals[1], shape.Zero);
        grey += Exact.Product(Grey.Blue, totals[2], shape.Zero);
        offsets[Grid.IdxY] = count > 0 ? Exact.Product(1 - recipe.Contrast, (float)(grey / count), shape.Zero) : 0;
    }

    /// <summary>Contrast; where it comes first, saturation and hue; to planes, less the mean.</summary>
    /// <param name="recipes">The samples.</param>
    /// <param name="pixels">The pixels so far.</param>
    /// <param name="offsets">What contrast adds.</param>
    /// <param name="memory">Where the planes lie.</param>
    /// <param name="offset">The first plane of the first image there.</param>
    /// <param name="imageStride">From image to image.</param>
    /// <param name="planeStride">From plane to plane.</param>
    /// <param name="shape">What is the same for all samples.</param>
    public static void Finish(
        ArrayView<DeviceRecipe> recipes,
        ArrayView<uint> pixels,
        ArrayView<float> offsets,
        ArrayView<float> memory,
        long offset,
        long imageStride,
        long planeStride,
        RenderShape shape)
    {
        var recipe = recipes[Grid.IdxY];
        var contrast = offsets[Grid.IdxY];
        var count = shape.Side * shape.Side;
        for (var i = 0; i < PixelsPerThread; i++)
        {
            var place = (((Grid.IdxX * PixelsPerThread) + i) * GpuDevice.GroupSize) + Group.IdxX;
            if (place >= count) continue;
            var (x, y) = (place % shape.Side, place / shape.Side);
            var color = PixelColor.Unpack(pixels[(Grid.IdxY * (long)count) + place]);
            if (x >= recipe.Left && x < recipe.Right && y >= recipe.Top && y < recipe.Bottom)
            {
                color = PixelColor.Scale(color, recipe.Contrast, contrast, shape.Zero);
                if (recipe.ContrastFirst != 0) color = SaturateAndTurn(color, recipe, shape.Zero);
            }

            var at = offset + (Grid.IdxY * imageStride) + place;
            memory[at + (shape.RedPlane * planeStride)] = color.Red - shape.MeanRed;
            memory[at + planeStride] = color.Green - shape.MeanGreen;
            memory[at + ((2 - shape.RedPlane) * planeStride)] = color.Blue - shape.MeanBlue;
        }
    }

    /// <summary>A pixel of the sample: the rows first, then the columns, each in order.</summary>
    private static PixelColor Blend(ArrayView<byte> picture, DeviceRecipe recipe, ArrayView<int> firsts, ArrayView<float> weights, int x, int y, uint zero)
    {
        var stride = recipe.PictureWidth * Channels;
        var corner = recipe.PictureAt + (firsts[recipe.RowFirst + y] * (long)stride) + (firsts[recipe.ColumnFirst + x] * Channels);
        var (rowWeights, columnWeights) = (recipe.RowWeights + (y * recipe.RowTaps), recipe.ColumnWeights + (x * recipe.ColumnTaps));
        var (red, green, blue) = (0f, 0f, 0f);
        for (var column = 0; column < recipe.ColumnTaps; column++)
        {
            var at = corner + (column * Channels);
            var (r, g, b) = (0f, 0f, 0f);
            for (var row = 0; row < recipe.RowTaps; row++, at += stride)
            {
                var weight = weights[rowWeights + row];
                r += Exact.Product(picture[at], weight, zero);
                g += Exact.Product(picture[at + 1], weight, zero);
                b += Exact.Product(picture[at + 2], weight, zero);
            }

            var share = weights[columnWeights + column];
            red += Exact.Product(r, share, zero);
            green += Exact.Product(g, share, zero);
            blue += Exact.Product(b, share, zero);
        }

        return PixelColor.Round(red, green, blue);
    }

    private static PixelColor SaturateAndTurn(PixelColor color, DeviceRecipe recipe, uint zero)
    {
        if (recipe.Saturation != 1) color = PixelColor.Saturate(color, recipe.Saturation, zero);
        return recipe.HueShift != 0 ? PixelColor.TurnHue(color, recipe.HueShift, zero) : color;
    }
}
