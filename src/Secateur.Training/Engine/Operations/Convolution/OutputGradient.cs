using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Brings the gradient by a convolution's result, dy, into scratch memory: zeros around.</summary>
internal sealed unsafe class OutputGradient(EngineContext context, ConvTiles tiles, StoredMap output)
{
    private readonly GradientSource _source = new(context, output);

    /// <summary>What it reads.</summary>
    public IEnumerable<PlanBuffer> Buffers => _source.Buffers;

    /// <summary>Pieces that <see cref="ReadAhead"/> notes of a task.</summary>
    public int Pieces => tiles.GroupOutputs * _source.Pieces;

    /// <summary>Loads rows, which may lie outside the map, of a group's channels.</summary>
    public void Load(float* memory, int image, int group, (int Start, int End) rows, float* target)
    {
        var width = tiles.Output.Width;
        var inside = (Start: Math.Clamp(rows.Start, 0, tiles.Output.Height), End: Math.Clamp(rows.End, 0, tiles.Output.Height));
        var first = group * tiles.GroupOutputs;
        for (var channel = 0; channel < tiles.GroupOutputs; channel++, target += tiles.PlaneStride)
        {
            new Span<float>(target, tiles.Lead).Clear();
            if (channel + 1 < tiles.GroupOutputs) _source.Announce(memory, image, first + channel + 1, inside.Start * width, (inside.End - inside.Start) * width);
            LoadRows(memory, image, first + channel, rows.Start, rows.End, target + tiles.Lead);
        }
    }

    /// <summary>Loads rows [start, end) of a channel: zeros between them, and for those outside the map.</summary>
    public void LoadRows(float* memory, int image, int channel, int start, int end, float* target)
    {
        var (width, pitch) = (tiles.Output.Width, tiles.Pitch);
        var (first, last) = (Math.Clamp(start, 0, tiles.Output.Height), Math.Clamp(end, 0, tiles.Output.Height));
        new Span<float>(target, (first - start) * pitch).Clear();
        target += (nint)(first - start) * pitch;
        _source.Load(memory, image, channel, first * width, tiles.Rows(first, last, width), target);
        new Span<float>(target + ((nint)(last - first) * pitch), (end - last) * pitch).Clear();
    }

    /// <summary>What loading a task's rows will read.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="task">The task.</param>
    /// <param name="room">Scratch memory for as many <see cref="Pieces"/>.</param>
    public ReadAhead Announce(float* memory, ConvTask task, float* room)
    {
        var rows = tiles.GradientRows(task.Band);
        var start = Math.Max(0, rows.Start);
        var ahead = new ReadAhead(room, (Math.Min(rows.End, tiles.Output.Height) - start) * tiles.Output.Width);
        for (var channel = 0; channel < tiles.GroupOutputs; channel++)
            _source.Announce(ref ahead, memory, task.Image, (task.Group * tiles.GroupOutputs) + channel, start * tiles.Output.Width);
        return ahead;
    }
}
