using Secateur.Execution;

namespace Secateur.Training.Engine.Steps;

/// <summary>A piece of the workspace. Buffers whose lives, from the first to the last step that names them, do not overlap may share their place.</summary>
internal sealed class PlanBuffer(long floats)
{
    private const int Alignment = 16;

    /// <summary>Its size, whole cache lines.</summary>
    public long Floats { get; } = (floats + Alignment - 1) / Alignment * Alignment;

    /// <summary>Distance from the start of the workspace, in floats.</summary>
    public nint Offset { get; set; }

    /// <summary>Its life so far.</summary>
    public BufferLife Life { get; private set; }

    /// <summary>Lets it live at step <paramref name="step"/>.</summary>
    public void Touch(int step) => Life = Life.Floats == 0
        ? new BufferLife(Floats, step, step)
        : new BufferLife(Floats, Math.Min(Life.First, step), Math.Max(Life.Last, step));
}
