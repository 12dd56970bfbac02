using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>The weight of a convolution by output and input channel, whatever its groups.</summary>
internal sealed class ConvFilters(Tensor weight, int groups)
{
    public int Groups { get; } = groups;

    public int Outputs { get; } = weight.Shape[0];

    public int InputsPerGroup { get; } = weight.Shape[1];

    public int OutputsPerGroup { get; } = weight.Shape[0] / groups;

    public int Side { get; } = weight.Shape[2];

    public static ConvFilters Of(Model model, Conv2dNode conv) => new(model.Weights[conv.Weight], conv.Groups);

    /// <summary>The input channels of output <paramref name="output"/>'s group: the first, and one past the last.</summary>
    public (int Start, int End) InputsOf(int output)
    {
        var group = output / OutputsPerGroup;
        return (group * InputsPerGroup, (group + 1) * InputsPerGroup);
    }

    /// <summary>The K x K weights between an output and an input of its group.</summary>
    public ReadOnlySpan<float> Kernel(int output, int input) =>
        weight.Data.AsSpan(((output * InputsPerGroup) + (input % InputsPerGroup)) * Side * Side, Side * Side);

    /// <summary>Whether any weight between the two is not zero.</summary>
    public bool Reads(int output, int input) =>
        output / OutputsPerGroup == input / InputsPerGroup && Kernel(output, input).ContainsAnyExcept(0f);

    /// <summary>Whether an output reads any of some inputs.</summary>
    public bool ReadsAny(int output, ReadOnlySpan<bool> inputs)
    {
        var (start, end) = InputsOf(output);
        for (var i = start; i < end; i++)
        {
            if (inputs[i] && Reads(output, i)) return true;
        }

        return false;
    }

    /// <summary>
    /// The weight from some inputs to some outputs (both ascending), and its groups: grouped when every group that is left has as many inputs
    /// and outputs as the others, else dense with zeros between the groups.
    /// </summary>
    public (Tensor Weight, int Groups) Slice(ReadOnlySpan<int> inputs, ReadOnlySpan<int> outputs, WeightBudget budget)
    {
        var groupsLeft = CountGroups(inputs, outputs);
        var (perGroupIn, perGroupOut) = (inputs.Length / groupsLeft, outputs.Length / groupsLeft);
        var area = Side * Side;
        budget.Take((long)outputs.Length * perGroupIn * area);
        var slice = new Tensor(outputs.Length, perGroupIn, Side, Side);
        for (var o = 0; o < outputs.Length; o++)
        {
            var first = o / perGroupOut * perGroupIn;
            for (var i = 0; i < perGroupIn; i++)
            {
                if (outputs[o] / OutputsPerGroup != inputs[first + i] / InputsPerGroup) continue;
                Kernel(outputs[o], inputs[first + i]).CopyTo(slice.Data.AsSpan(((o * perGroupIn) + i) * area, area));
            }
        }

        return (slice, groupsLeft);
    }

    private int CountGroups(ReadOnlySpan<int> inputs, ReadOnlySpan<int> outputs)
    {
        var (ins, outs) = (new int[Groups], new int[Groups]);
        foreach (var i in inputs) ins[i / InputsPerGroup]++;
        foreach (var o in outputs) outs[o / OutputsPerGroup]++;
        var left = ins.Zip(outs).Where(n => n != (0, 0)).ToList();
        return left.TrueForAll(n => n == left[0]) ? left.Count : 1;
    }
}
