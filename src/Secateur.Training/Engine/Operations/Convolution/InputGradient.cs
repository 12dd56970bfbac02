using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Normalization;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>
/// The gradient of a convolution by its input, dx: a convolution of dy with the weights of the taps that meet each phase. It is written in place
/// where it can be; else it leaves scratch memory a channel after another, and the sums over it are taken on the way.
/// </summary>
internal sealed unsafe class InputGradient(EngineContext context, ConvLayer layer, ConvTiles tiles, ConvInput input, ConvTargets targets)
{
    private readonly float[] _zeros = new float[tiles.GroupInputs];
    private readonly int[][] _offsets = [.. Enumerable.Range(0, tiles.Geometry.Stride * tiles.Geometry.Stride).Select(phase => PhaseOffsets(tiles, phase))];

    /// <summary>Computes a task's part, where anybody needs it.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="chunk">The chunk, for the sums.</param>
    /// <param name="task">The task.</param>
    /// <param name="gradients">Where row 0 of dy would lie.</param>
    /// <param name="results">Scratch planes for dx.</param>
    /// <param name="room">Scratch memory for what is read ahead.</param>
    public void Run(float* memory, int chunk, ConvTask task, float* gradients, float* results, float* room)
    {
        var first = task.Group * tiles.GroupInputs;
        var inPlace = IsInPlace(first);
        if (IsNeeded(first)) Propagate(memory, chunk, task, inPlace, gradients, results, room);
        if (inPlace || !tiles.IsFlat) AddSums(memory, chunk, task);
    }

    private void Propagate(float* memory, int chunk, ConvTask task, bool inPlace, float* gradients, float* results, float* room)
    {
        var band = task.Band;
        var rows = band.InputEnd - band.InputStart;
        if (rows == 0) return;
        var stride = tiles.Geometry.Stride;
        var first = task.Group * tiles.GroupInputs;
        var target = inPlace ? targets[first]!.Value.Plane(memory, task.Image) + ((nint)band.InputStart * tiles.Pitch) : results;
        var planeStride = inPlace ? targets[first]!.Value.PlaneStride : tiles.PlaneStride;
        var ahead = new ReadAhead(room, rows * stride * tiles.Input.Width);
        if (!tiles.IsDepthwise) input.Announce(ref ahead, memory, task.Image, task.Group, band.InputStart * stride * tiles.Input.Width);
        for (var py = 0; py < stride; py++)
        {
            for (var px = 0; px < stride; px++)
            {
                var phase = (py * stride) + px;
                var output = target + (px * (nint)planeStride);
                if (_offsets[phase].Length == 0)
                {
                    for (var channel = 0; channel < tiles.GroupInputs; channel++, output += stride * (nint)planeStride)
                        new Span<float>(output, rows * tiles.Pitch).Clear();
                    continue;
                }

                fixed (float* weights = layer.Backward[phase], zeros = _zeros)
                {
                    var conv = new ScratchConv
                    {
                        Input = gradients + ((nint)band.InputStart * tiles.Pitch),
                        Offsets = _offsets[phase],
                        InputRows = tiles.GroupOutputs * layer.PhaseTaps[py].Length,
                        Weights = weights + ((nint)first * _offsets[phase].Length),
                        Bias = zeros,
                        Output = output,
                        OutputStride = stride * planeStride,
                        Positions = ((rows - 1) * tiles.Pitch) + tiles.InputColumns,
                    };
                    ConvKernels.Run(context.Level, conv, layer.InputBlocks, ref ahead);
                }
            }

            for (var channel = 0; channel < tiles.GroupInputs && !inPlace; channel++)
            {
                var source = results + ((nint)channel * stride * tiles.PlaneStride);
                if (targets[first + channel] is not { } place) continue;
                if (tiles.IsFlat) StoreFlat(memory, chunk, task.Image, band, source, place, targets.SumsOf(first + channel));
                else Store(memory, task.Image, band, py, source, place);
            }
        }
    }

    /// <summary>Brings a channel's dx home where rows follow each other without gaps, and so do bands.</summary>
    private void StoreFlat(float* memory, int chunk, int image, Band band, float* source, GradientTarget target, ViewSums? sums)
    {
        var (start, count) = (band.InputStart * tiles.Input.Width, (band.InputEnd - band.InputStart) * tiles.Input.Width);
        var place = target.Plane(memory, image) + start;
        sums?.Add(memory, chunk, image, target.Channel, start, count, source);
        if (target.Accumulates) Pointwise.Add(context.Level, source, place, count, accumulate: true);
        else target.View.Map.Store(source, place, count);
    }

    /// <summary>Brings a channel's dx home, those rows that one phase makes; the phases of its columns are planes one after another.</summary>
    private void Store(float* memory, int image, Band band, int rowPhase, float* source, GradientTarget target)
    {
        var (stride, width) = (tiles.Geometry.Stride, tiles.Input.Width);
        var plane = target.Plane(memory, image);
        for (var i = band.InputStart; i < band.InputEnd; i++, source += tiles.Pitch)
        {
            var y = (stride * i) + rowPhase;
            if (y >= tiles.Input.Height) return;
            var row = plane + ((nint)y * width);
            if (stride == 1) Pointwise.Add(context.Level, source, row, width, target.Accumulates);
            else PhaseMerge.Run(source, tiles.PlaneStride, stride, row, width, target.Accumulates);
        }
    }

    /// <summary>Takes the sums over what is home.</summary>
    private void AddSums(float* memory, int chunk, ConvTask task)
    {
        var (stride, width) = (tiles.Geometry.Stride, tiles.Input.Width);
        var start = Math.Min(stride * task.Band.InputStart, tiles.Input.Height) * width;
        var end = Math.Min(stride * task.Band.InputEnd, tiles.Input.Height) * width;
        for (var i = task.Group * tiles.GroupInputs; i < (task.Group + 1) * tiles.GroupInputs; i++)
            targets.SumsOf(i)?.Add(memory, chunk, task.Image, targets[i]!.Value.Channel, start, end - start);
    }

    private bool IsNeeded(int first)
    {
        for (var c = 0; c < tiles.GroupInputs; c++)
        {
            if (targets[first + c] is not null) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether dx is written in place: where it lies in the map as it does in scratch memory, nobody else adds to it, and the map may stay in the caches.
    /// </summary>
    private bool IsInPlace(int first) => tiles.IsFlat && IsPlain(first) && !targets[first]!.Value.View.Map.IsStreamed;

    /// <summary>Whether the group's gradients go to successive channels of one view that nobody has written before.</summary>
    private bool IsPlain(int first)
    {
        for (var c = 0; c < tiles.GroupInputs; c++)
        {
            if (targets[first + c] is not { Accumulates: false } target || !target.Follows(targets[first]!.Value, c)) return false;
        }

        return true;
    }

    /// <summary>Distance of each tap (output channel and kernel place) from dy at an input phase's own position.</summary>
    private static int[] PhaseOffsets(ConvTiles tiles, int phase)
    {
        var stride = tiles.Geometry.Stride;
        var (rows, columns) = (tiles.Taps.GradientTaps(phase / stride).ToList(), tiles.Taps.GradientTaps(phase % stride).ToList());
        return
        [
            .. from o in Enumerable.Range(0, tiles.GroupOutputs)
               from row in rows
               from column in columns
               select (o * tiles.PlaneStride) + (row.Shift * tiles.Pitch) + column.Shift
        ];
    }
}
