using Secateur.Execution;
using Secateur.Kernels.Layout;
using Secateur.Kernels.MaxOut;
using Secateur.Kernels.Merge;
using Secateur.Runtime.Fixed;

namespace Secateur.Runtime.Steps;

/// <summary>One channel of a weighted sum: where it is written and what it is made of; -1 for an operand that has no such channel.</summary>
internal readonly record struct MergeChannel(nint Output, nint A, nint B);

/// <summary>A weighted sum, a scaling or a copy.</summary>
internal sealed unsafe class MergeStep(string name, PlanarLayout layout, MergeChannel[] channels, float factorA, float factorB) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(layout.Positions, part, parts);
        if (start == end) return;
        foreach (var channel in channels)
        {
            var output = memory + channel.Output;
            if (channel is { A: < 0, B: < 0 }) new Span<float>(output + start, end - start).Clear();
            else if (channel.B < 0) PlaneSum.Scale(memory + channel.A, factorA, output, start, end);
            else if (channel.A < 0) PlaneSum.Scale(memory + channel.B, factorB, output, start, end);
            else PlaneSum.Combine(memory + channel.A, factorA, memory + channel.B, factorB, output, start, end);
            layout.ClearHalo(output, start, end);
        }
    }
}

/// <summary>Max-out: the strongest background channel, and the face channel copied.</summary>
internal sealed unsafe class MaxOutStep(string name, PlanarLayout layout, nint[] inputs, nint background, nint face) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(layout.Positions, part, parts);
        if (start == end) return;
        PlaneMaxOut.Run(memory, inputs.AsSpan(0, inputs.Length - 1), memory + background, start, end);
        PlaneSum.Scale(memory + inputs[^1], 1, memory + face, start, end);
        layout.ClearHalo(memory + background, start, end);
        layout.ClearHalo(memory + face, start, end);
    }
}

/// <summary>Writes a map that does not depend on the image, where no convolution could take it over.</summary>
internal sealed unsafe class FixedMapStep(string name, PlanarLayout layout, FixedMap map, nint[] outputs) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(outputs.Length, part, parts);
        for (var c = start; c < end; c++)
        {
            var output = memory + outputs[c];
            for (var y = 0; y < layout.Height; y++)
            {
                for (var x = 0; x < layout.Width; x++) output[(y * layout.Pitch) + x] = (float)map[c, y, x];
            }

            layout.ClearHalo(output, 0, layout.Positions);
        }
    }
}
