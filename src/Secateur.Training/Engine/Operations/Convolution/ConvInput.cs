using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Brings what a convolution reads into scratch memory: normalised, activated, split into phases, zeros around.</summary>
internal sealed unsafe class ConvInput(EngineContext context, ConvTiles tiles, ViewSource[] sources)
{
    // Kernels multiply what lies behind the last row by zero: it must be a number.
    private const int Behind = 32;

    /// <summary>What it reads.</summary>
    public IEnumerable<PlanBuffer> Buffers => sources.Buffers();

    /// <summary>Floats of <c>row</c> in <see cref="Load"/>: a row of the input and a vector.</summary>
    public int RowFloats => tiles.Input.Width + 64;

    /// <summary>Notes what will be read of a group's channels, from position <paramref name="start"/> on.</summary>
    public void Announce(ref ReadAhead ahead, float* memory, int image, int group, int start)
    {
        for (var channel = 0; channel < tiles.GroupInputs; channel++) ahead.Add(sources[(group * tiles.GroupInputs) + channel].Plane(memory, image) + start);
    }

    /// <summary>Loads the rows that output rows [start, end) read, for the channels of a group.</summary>
    /// <returns>Position 0 (output row <paramref name="start"/>, column 0) of the first plane.</returns>
    public float* Load(float* memory, int image, int group, int start, int end, float* scratch, float* row)
    {
        var (before, after) = (tiles.Taps.Before, tiles.Taps.After);
        var target = scratch;
        var (firstRow, lastRow) = (Math.Max(0, tiles.Geometry.Stride * (start - before)), Math.Min(tiles.Input.Height, tiles.Geometry.Stride * (end + after)));
        for (var channel = 0; channel < tiles.GroupInputs; channel++)
        {
            var source = sources[(group * tiles.GroupInputs) + channel];
            var plane = source.Plane(memory, image);
            if (channel + 1 < tiles.GroupInputs)
            {
                var next = sources[(group * tiles.GroupInputs) + channel + 1].Plane(memory, image);
                Prefetch.FarRange(next + ((nint)firstRow * tiles.Input.Width), (lastRow - firstRow) * tiles.Input.Width);
            }

            var view = source.View.Coefficients(memory, context.Parameters.Values, source.Channel);
            if (tiles.Geometry.Stride == 1)
            {
                LoadPlane(plane, view, start - before, end + after, target);
                target += tiles.PlaneStride;
                continue;
            }

            foreach (var phase in tiles.Phases)
            {
                LoadPhases(plane, view, phase, start - before, end + after, target, row);
                target += (nint)tiles.Phases.Length * tiles.PlaneStride;
            }
        }

        return scratch + tiles.Lead + ((nint)before * tiles.Pitch);
    }

    /// <summary>Loads rows [start, end) of a channel for a convolution of stride 1: zeros between them, and for those outside the map.</summary>
    /// <returns>What lies behind the rows that were read.</returns>
    public float* LoadRows(float* memory, int image, int channel, int start, int end, float* target)
    {
        var (width, pitch) = (tiles.Input.Width, tiles.Pitch);
        var (first, last) = (Math.Clamp(start, 0, tiles.Input.Height), Math.Clamp(end, 0, tiles.Input.Height));
        var source = sources[channel];
        var plane = source.Plane(memory, image);
        new Span<float>(target, (first - start) * pitch).Clear();
        target += (nint)(first - start) * pitch;
        var view = source.View.Coefficients(memory, context.Parameters.Values, source.Channel);
        Pointwise.Apply(context.Level, plane + ((nint)first * width), target, tiles.Rows(first, last, width), view);
        new Span<float>(target + ((nint)(last - first) * pitch), ((end - last) * pitch) + Behind).Clear();
        return plane + ((nint)last * width);
    }

    private void LoadPlane(float* plane, ViewCoefficients view, int start, int end, float* target)
    {
        var (width, pitch) = (tiles.Input.Width, tiles.Pitch);
        var (first, last) = (Math.Clamp(start, 0, tiles.Input.Height), Math.Clamp(end, 0, tiles.Input.Height));
        new Span<float>(target, tiles.Lead + ((first - start) * pitch)).Clear();
        target += tiles.Lead + ((nint)(first - start) * pitch);
        Pointwise.Apply(context.Level, plane + ((nint)first * width), target, tiles.Rows(first, last, width), view);
        new Span<float>(target + ((nint)(last - first) * pitch), ((end - last) * pitch) + Behind).Clear();
    }

    private void LoadPhases(float* plane, ViewCoefficients view, int rowPhase, int start, int end, float* target, float* row)
    {
        var (stride, width, pitch) = (tiles.Geometry.Stride, tiles.Input.Width, tiles.Pitch);
        var read = Math.Min(width, stride * (tiles.Output.Width + tiles.Taps.After));
        for (var p = 0; p < tiles.Phases.Length; p++) new Span<float>(target + ((nint)p * tiles.PlaneStride), tiles.Lead).Clear();
        target += tiles.Lead;
        for (var y = start; y < end; y++, target += pitch)
        {
            var inputRow = (stride * y) + rowPhase;
            var inside = inputRow >= 0 && inputRow < tiles.Input.Height;
            if (inside) Pointwise.Apply(context.Level, plane + ((nint)inputRow * width), row, PlaneRows.Line(width), view);
            var columns = inside ? read : 0;
            PhaseSplit.Run(context.Level, row, columns, stride, tiles.Phases, target, tiles.PlaneStride);
            for (var p = 0; p < tiles.Phases.Length; p++)
            {
                var count = PhaseSplit.Count(columns, stride, tiles.Phases[p]);
                new Span<float>(target + ((nint)p * tiles.PlaneStride) + count, pitch - count).Clear();
            }
        }

        for (var p = 0; p < tiles.Phases.Length; p++) new Span<float>(target + ((nint)p * tiles.PlaneStride), Behind).Clear();
    }
}
