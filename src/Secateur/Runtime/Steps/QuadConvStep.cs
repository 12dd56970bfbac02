using Secateur.Execution;
using Secateur.Kernels;
using Secateur.Kernels.Quads;
using Secateur.Runtime.Packing;

namespace Secateur.Runtime.Steps;

/// <summary>A convolution in integers with what was fused into it. Planes of the result that none of its filters reaches have only what is added.</summary>
internal sealed unsafe class QuadConvStep(string name, QuadLevel level, PackedQuads conv, QuadPlanes planes, QuadEpilogue epilogue, nint scratch)
    : PlanStep(name)
{
    // The rows under a strip, and its sums, should stay in the first-level cache.
    private const int Strip = 480;

    private static readonly int SumStride = QuadConv.RoundUp(Strip);

    // Of each block, in the order of its taps.
    private readonly int[][] _offsets = Arrays.Of(conv.Blocks, block => Arrays.Of(conv.Taps, tap => planes.Offsets[conv.Orders[block][tap]]));

    public override long ScratchFloats => QuadStoreCall.Lanes * (long)SumStride;

    public override long MultiplyAdds => (long)planes.Layout.Height * planes.Layout.Width * conv.ZeroSums.Length * conv.Taps * QuadStoreCall.Lanes;

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(planes.Layout.Positions, part, parts);
        if (start == end) return;
        var sums = (int*)(memory + scratch + (part * ScratchFloats));
        var blocks = planes.Quads?.Length ?? conv.Blocks;
        for (var strip = start; strip < end; strip += Strip)
        {
            for (var block = 0; block < blocks; block++) RunBlock(memory, sums, block, strip, Math.Min(strip + Strip, end));
        }

        foreach (var (plane, zero) in planes.Quads ?? []) planes.Layout.FillHalo((uint*)(memory + plane), zero, start, end);
        foreach (var plane in planes.Floats ?? []) planes.Layout.ClearHalo(memory + plane, start, end);
    }

    private void RunBlock(float* memory, int* sums, int block, int start, int end)
    {
        if (block < conv.Blocks) Sum(memory, sums, block, start, end);
        else new Span<int>(sums, QuadStoreCall.Lanes * SumStride).Clear();
        var first = block * QuadStoreCall.Lanes;
        var border = block < conv.Blocks ? epilogue.Border : null;
        fixed (float* scales = epilogue.Scales, starts = epilogue.Starts, borderStarts = border?.Values, shifts = epilogue.Shifts)
        fixed (nint* addends = epilogue.Addends)
        fixed (int* bits = epilogue.AddendBits)
        {
            var call = new QuadStoreCall
            {
                Sums = sums,
                SumStride = SumStride,
                Scales = scales + first,
                Starts = starts + first,
                BorderStarts = border is null ? null : borderStarts + ((nint)first * border.Stride),
                BorderStride = border?.Stride ?? 0,
                Border = border?.Rows ?? default,
                Slope = epilogue.Slope,
                Memory = memory,
                Addends = epilogue.Addends is null ? null : addends + first,
                AddendBits = bits + first,
                AddendFactor = epilogue.AddendFactor,
                Shifts = shifts + first,
            };
            if (planes.Floats is { } floats)
            {
                for (var lane = 0; lane < QuadStoreCall.Lanes && first + lane < floats.Length; lane++) QuadStore.Floats(in call, lane, memory + floats[first + lane], start, end);
            }
            else
            {
                QuadStore.Bytes(in call, (uint*)(memory + planes.Quads![block].Plane), start, end);
            }
        }
    }

    private void Sum(float* memory, int* sums, int block, int start, int end)
    {
        fixed (int* offsets = _offsets[block], runs = conv.RunEnds[block])
        fixed (sbyte* weights = conv.Weights)
        {
            var call = new QuadConvCall
            {
                Input = (uint*)(memory + planes.Input),
                Offsets = offsets,
                Taps = conv.Taps,
                Weights = weights + ((nint)block * conv.Taps * QuadStoreCall.Lanes * QuadStoreCall.Lanes),
                RunEnds = runs,
                Runs = conv.RunEnds[block].Length,
                Sums = sums,
                SumStride = SumStride,
            };
            QuadConv.Run(level, in call, start, end);
        }
    }
}
