using System.Collections.Immutable;

namespace Secateur.Onnx.Import;

/// <summary>A window along one axis of a map: taps, steps, and the pixels beyond the map's two ends.</summary>
internal readonly record struct WindowAxis(int Kernel, int Stride, int Dilation, int Before, int After)
{
    private const int Most = 64;

    /// <summary>Pixels from the first tap to the last.</summary>
    public int Extent => ((Kernel - 1) * Dilation) + 1;

    /// <summary>Reads what a node says of its window.</summary>
    /// <param name="graph">The graph, in which pads that hold for its one size only are noted.</param>
    /// <param name="node">A convolution or a pool.</param>
    /// <param name="kernel">Height and width of the kernel.</param>
    /// <param name="map">The map that it reads.</param>
    /// <exception cref="NotTakenException">It is none that the product has.</exception>
    public static (WindowAxis Height, WindowAxis Width) Read(GraphImport graph, OnnxNode node, (int Height, int Width) kernel, ImportedValue.Map map)
    {
        var sizes = graph.Network.SizesOf(map.Node);
        var strides = Pair(node, "strides", 1);
        var dilations = Pair(node, "dilations", 1);
        if (node.Integers("kernel_shape") is { } stated && !stated.SequenceEqual([kernel.Height, kernel.Width]))
            throw new NotTakenException($"has the kernel_shape [{ShownList.Of(stated)}] and a weight of {kernel.Height} x {kernel.Width}");
        var mode = node.Text("auto_pad", "NOTSET");
        var pads = mode == "NOTSET" && node.Integers("pads") is { } given ? given : [0, 0, 0, 0];
        if (pads.Length != 4 || pads.Any(p => p is < 0 or > Most)) throw new NotTakenException($"has the pads [{ShownList.Of(pads)}], expected four from 0 to {Most}");
        var height = new WindowAxis(kernel.Height, strides.First, dilations.First, (int)pads[0] + map.Margins.Top, (int)pads[2] + map.Margins.Bottom);
        var width = new WindowAxis(kernel.Width, strides.Second, dilations.Second, (int)pads[1] + map.Margins.Left, (int)pads[3] + map.Margins.Right);
        if (Math.Max(height.Extent, width.Extent) > Most) throw new NotTakenException($"has a window of {height.Extent} x {width.Extent} pixels, expected at most {Most}");
        ImmutableArray<int> heights = [.. sizes.Select(s => s.Height)], widths = [.. sizes.Select(s => s.Width)];
        (height, width) = mode switch
        {
            "NOTSET" or "VALID" => (height, width),
            "SAME_UPPER" or "SAME_LOWER" => (height.Same(heights, mode == "SAME_UPPER"), width.Same(widths, mode == "SAME_UPPER")),
            _ => throw new NotTakenException($"has the auto_pad {mode}"),
        };
        var evened = (height.Evened(heights), width.Evened(widths));
        if (evened != (height, width) || (mode.StartsWith("SAME", StringComparison.Ordinal) && (height.Stride > 1 || width.Stride > 1)))
            graph.NoteOfOneSize(node, "pads as images of the graph's size are padded");
        return evened;
    }

    /// <summary>With as many pixels beyond the second end as beyond the first, where no step of the window reaches the additional ones.</summary>
    private WindowAxis Evened(ImmutableArray<int> sizes)
    {
        var even = this with { After = Before };
        return sizes is [var size] && After < Before && even.Steps(size) == Steps(size) ? even : this;
    }

    private int Steps(int size) => (size + Before + After - Extent) / Stride;

    /// <summary>With as many pixels beyond the ends as make the result as long as the map, divided by the stride.</summary>
    private WindowAxis Same(ImmutableArray<int> sizes, bool isUpper)
    {
        var (axis, margins) = (this, Before + After);
        var totals = sizes.Select(size => axis.Stride == 1 ? axis.Extent - 1 : Math.Max(0, (((size + margins + axis.Stride - 1) / axis.Stride) - 1) * axis.Stride + axis.Extent - size - margins)).Distinct().ToList();
        if (Stride > 1 && sizes.Length > 1) throw new NotTakenException("has an auto_pad that differs from one size of the image to another");
        var (less, more) = (totals[0] / 2, totals[0] - (totals[0] / 2));
        return isUpper ? this with { Before = Before + less, After = After + more } : this with { Before = Before + more, After = After + less };
    }

    private static (int First, int Second) Pair(OnnxNode node, string name, int otherwise)
    {
        if (node.Integers(name) is not { } numbers) return (otherwise, otherwise);
        return numbers is [>= 1 and <= Most and var first, >= 1 and <= Most and var second]
            ? ((int)first, (int)second)
            : throw new NotTakenException($"has the {name} [{ShownList.Of(numbers)}], expected two from 1 to {Most}");
    }
}
