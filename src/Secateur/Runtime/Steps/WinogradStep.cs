using Secateur.Execution;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;

namespace Secateur.Runtime.Steps;

/// <summary>
/// A 3 x 3 convolution of stride 1 with what was fused into it, with half the multiplications of <see cref="ConvStep"/>: along columns it is
/// computed at the points of <see cref="WinogradPoints"/>, where one with three rows of taps becomes six with one, each over rows of its own.
/// </summary>
internal sealed unsafe class WinogradStep(
    string name, SimdLevel level, PackedWinograd conv, ConvPlanes planes, ConvEpilogue epilogue, BorderStart? border, nint scratch, ChannelActivation? afterwards)
    : PlanStep(name)
{
    private readonly WinogradTile _tile = new(planes.Layout.Width, conv.Inputs);

    // The tap in the middle of a kernel reads the plane of its channel undisplaced.
    private readonly nint[] _inputs = Arrays.Of(conv.Inputs, i => planes.Inputs[0] + planes.Offsets[(i * 9) + 4]);

    public override long MultiplyAdds => (long)planes.Layout.Height * planes.Layout.Width * conv.Outputs * conv.Inputs * 9;

    public override long ScratchFloats => _tile.Floats;

    public override void Run(float* memory, int part, int parts)
    {
        // A unit is a band by the granule of columns; a tile is some units of one band.
        var layout = planes.Layout;
        var bands = (layout.Height + WinogradPoints.Outputs - 1) / WinogradPoints.Outputs;
        var perBand = (layout.Width + WinogradTile.Granule - 1) / WinogradTile.Granule;
        var (unit, end) = ShareWhole(bands * perBand, part, parts);
        var values = memory + scratch + (part * _tile.Floats);
        while (unit < end)
        {
            var (band, first) = Math.DivRem(unit, perBand);
            var count = Math.Min(Math.Min(end - unit, perBand - first), _tile.Columns / WinogradTile.Granule);
            var (row, column) = (band * WinogradPoints.Outputs, first * WinogradTile.Granule);
            var width = Math.Min(count * WinogradTile.Granule, layout.Width - column);
            Transform(memory, values, row, column, width);
            Convolve(memory, values, row, column, width);
            if (afterwards is not null) Activate(memory, row, column, width);
            if (column + width == layout.Width) ClearHalo(memory, row);
            unit += count;
        }
    }

    /// <summary>Fills the values [input channel, point, column] under a band, with a column more on each side.</summary>
    private void Transform(float* memory, float* values, int firstRow, int column, int width)
    {
        // All rows behind the last are zero, as the first of them.
        var layout = planes.Layout;
        var rows = stackalloc int[WinogradPoints.Inputs];
        for (var r = 0; r < WinogradPoints.Inputs; r++) rows[r] = Math.Min(firstRow + r - 1, layout.Height) * layout.Pitch;
        fixed (nint* inputs = _inputs)
        {
            var call = new WinogradInputCall
            {
                Memory = memory + column - 1,
                Inputs = inputs,
                Channels = conv.Inputs,
                Rows = rows,
                Values = values,
                PointStride = _tile.PointStride,
                Columns = width + 2,
            };
            WinogradInput.Run(level, in call);
        }
    }

    /// <summary>Computes the rows of a band from the values under it.</summary>
    private void Convolve(float* memory, float* values, int firstRow, int column, int width)
    {
        var layout = planes.Layout;
        var rows = Math.Min(WinogradPoints.Outputs, layout.Height - firstRow);
        var borderRows = stackalloc int[WinogradPoints.Outputs];
        for (var r = 0; border is not null && r < rows; r++) borderRows[r] = border.Rows.Locate((firstRow + r) * layout.Pitch, 1);
        fixed (int* offsets = _tile.Offsets)
        fixed (float* factors = conv.Factors, bias = conv.Bias, starts = border?.Values)
        fixed (nint* outputs = planes.Outputs, addends = epilogue.Addends)
        {
            foreach (var block in conv.Blocks)
            {
                var call = new WinogradCall
                {
                    Values = values,
                    PointStride = _tile.PointStride,
                    Sums = values + _tile.SumsStart,
                    Offsets = offsets,
                    Taps = conv.Taps,
                    Factors = factors + ((nint)block.First * conv.Taps * WinogradPoints.Inputs),
                    Rows = rows,
                    Columns = width,
                    Bias = bias + block.First,
                    BorderStart = border is null ? null : starts + ((nint)block.First * border.Stride) + column,
                    BorderStride = border?.Stride ?? 0,
                    BorderRows = borderRows,
                    Memory = memory + (firstRow * layout.Pitch) + column,
                    Outputs = outputs + block.First,
                    Addends = epilogue.Addends is null ? null : addends + block.First,
                    Pitch = layout.Pitch,
                    Slope = epilogue.Slope,
                    OwnFactor = epilogue.OwnFactor,
                    AddendFactor = epilogue.AddendFactor,
                };
                WinogradConv.Run(level, block.Size, in call);
            }
        }
    }

    private void Activate(float* memory, int firstRow, int column, int width)
    {
        for (var c = 0; c < planes.Outputs.Length; c++)
        {
            var output = memory + planes.Outputs[c];
            for (var row = firstRow; row < Math.Min(firstRow + WinogradPoints.Outputs, planes.Layout.Height); row++)
            {
                var start = (row * planes.Layout.Pitch) + column;
                afterwards!.Run(c, output, output, start, start + width);
            }
        }
    }

    private void ClearHalo(float* memory, int firstRow)
    {
        var layout = planes.Layout;
        var end = Math.Min(layout.Positions, (firstRow + WinogradPoints.Outputs) * layout.Pitch);
        foreach (var output in planes.Outputs) layout.ClearHalo(memory + output, firstRow * layout.Pitch, end);
    }
}
