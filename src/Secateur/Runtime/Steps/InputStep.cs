using System.Collections.Immutable;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>Planes that hold the image, as those who read it want it.</summary>
/// <param name="Planes">What they hold.</param>
/// <param name="Channels">Position 0 of each channel's first plane.</param>
internal sealed record InputPlanes(PhasePlanes Planes, nint[] Channels);

/// <summary>Where the image of a plan goes.</summary>
/// <param name="Level">The vector width.</param>
/// <param name="Channels">Channels of the image.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Targets">Everywhere that it goes.</param>
/// <param name="Scratch">Where the threads' scratch memory starts.</param>
internal sealed record InputPlan(SimdLevel Level, int Channels, int Width, ImmutableArray<InputPlanes> Targets, nint Scratch)
{
    /// <summary>Floats from one channel of a row in scratch memory to the next: whole cache lines.</summary>
    public int RowStride { get; } = CacheLines.RoundUp(Width);
}

/// <summary>An image that is read row by row.</summary>
internal abstract unsafe class InputRows
{
    /// <summary>Writes row <paramref name="y"/> of channel c to target + c * stride.</summary>
    public abstract void Load(int y, float* target, int stride);
}

/// <summary>
/// Brings the image into a plan's memory, straight into the planes that convolutions read. Each session has its own, before the plan's steps.
/// </summary>
internal sealed unsafe class InputStep(InputPlan plan) : PlanStep("input")
{
    /// <summary>The image.</summary>
    public InputRows? Rows { get; set; }

    public override long ScratchFloats => (long)plan.Channels * plan.RowStride;

    public override void Run(float* memory, int part, int parts)
    {
        var scratch = memory + plan.Scratch + (part * (nint)ScratchFloats);
        foreach (var (planes, channels) in plan.Targets)
        {
            var (start, end) = ShareWhole(planes.Rows, part, parts);
            for (var y = planes.FirstRow + start; y < planes.FirstRow + end; y++)
            {
                for (var phase = 0; phase < planes.Phases.Length; phase++)
                {
                    var row = planes.InputRow(y, phase);
                    var inside = planes.HasInputRow(row);
                    if (inside) Rows!.Load(row, scratch, plan.RowStride);
                    for (var c = 0; c < channels.Length; c++)
                        planes.FillRow(plan.Level, inside ? scratch + (c * (nint)plan.RowStride) : null, memory + channels[c], y, phase);
                }
            }
        }
    }
}
