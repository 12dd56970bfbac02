using Secateur.Kernels;
using Secateur.Kernels.Conv2d;

namespace Secateur.Onnx.Import;

/// <summary>
/// A square window with equal padding on all sides that does what another one does: taps of weight zero are put before or after those that are there, so
/// that pixels beyond the map fall on both sides alike.
/// </summary>
/// <param name="Geometry">The square window.</param>
/// <param name="Top">The row of the first tap.</param>
/// <param name="Left">The column of the first tap.</param>
/// <param name="RowStep">Rows from one tap to the next.</param>
/// <param name="ColumnStep">Columns from one tap to the next.</param>
internal readonly record struct SquareKernel(ConvGeometry Geometry, int Top, int Left, int RowStep, int ColumnStep)
{
    private const int MaxKernel = 64;

    /// <summary>The smallest square window.</summary>
    /// <exception cref="NotTakenException">There is none.</exception>
    public static SquareKernel Fit(WindowAxis height, WindowAxis width, int groups)
    {
        if (height.Stride != width.Stride) throw new NotTakenException($"has the strides {height.Stride} and {width.Stride}, expected equal ones");
        int[] dilations = [height.Kernel > 1 ? height.Dilation : width.Dilation, 1];
        foreach (var dilation in dilations)
        {
            if (Place(height, dilation) is not { } rows || Place(width, dilation) is not { } columns) continue;
            var difference = rows.Kernel - columns.Kernel;
            if (difference % 2 != 0 || rows.Padding - columns.Padding != dilation * difference / 2) continue;

            // As many more taps on both sides as make both axes, and the padding within the kernel, come out.
            var (moreRows, moreColumns) = (Math.Max(0, -difference / 2), Math.Max(0, difference / 2));
            var (kernel, padding) = (rows.Kernel + (2 * moreRows), rows.Padding + (moreRows * dilation));
            var beyond = Math.Max(0, ((padding + dilation - 1) / dilation) - kernel + 1);
            (kernel, padding) = (kernel + (2 * beyond), padding + (beyond * dilation));
            if (kernel > MaxKernel) continue;
            return new SquareKernel(
                new ConvGeometry(kernel, height.Stride, padding, groups, dilation),
                rows.First + moreRows + beyond,
                columns.First + moreColumns + beyond,
                rows.Step,
                columns.Step);
        }

        throw new NotTakenException($"has a window of {height.Kernel} x {width.Kernel} with the pads [{height.Before}, {width.Before}, {height.After}, {width.After}], which no square window with equal pads does");
    }

    /// <summary>The weights [O, I, K, K] of the square window.</summary>
    public Tensor Embed(int filters, int inputs, int height, int width, ReadOnlySpan<float> weights)
    {
        var kernel = Geometry.Kernel;
        if ((kernel, kernel) == (height, width)) return new Tensor([filters, inputs, kernel, kernel], weights.ToArray());
        var square = new Tensor(filters, inputs, kernel, kernel);
        for (var plane = 0; plane < filters * inputs; plane++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                    square.Data[(((plane * kernel) + Top + (y * RowStep)) * kernel) + Left + (x * ColumnStep)] = weights[(((plane * height) + y) * width) + x];
            }
        }

        return square;
    }

    /// <summary>An axis whose padding is equal at both ends, with taps so many pixels apart.</summary>
    private static (int Kernel, int Padding, int First, int Step)? Place(WindowAxis axis, int dilation)
    {
        if (axis.Kernel > 1 && axis.Dilation != dilation && dilation != 1) return null;
        if ((axis.After - axis.Before) % dilation != 0) return null;
        var step = axis.Kernel > 1 ? axis.Dilation / dilation : 1;
        var first = Math.Max(0, (axis.After - axis.Before) / dilation);
        var last = Math.Max(0, (axis.Before - axis.After) / dilation);
        return (((axis.Kernel - 1) * step) + 1 + first + last, axis.Before + (first * dilation), first, step);
    }
}
