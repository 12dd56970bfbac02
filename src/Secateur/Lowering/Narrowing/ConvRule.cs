using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>A convolution: an output depends on the inputs that its weights reach.</summary>
internal sealed class ConvRule : ChannelRule<Conv2dNode>
{
    protected override void MarkNeeded(Model model, Conv2dNode node, bool[] result, bool[][] needed)
    {
        var filters = ConvFilters.Of(model, node);
        for (var o = 0; o < result.Length; o++)
        {
            if (!result[o]) continue;
            var (start, end) = filters.InputsOf(o);
            for (var i = start; i < end; i++) needed[node.Input][i] |= filters.Reads(o, i);
        }
    }

    protected override void Evaluate(ChannelValues values, int v, Conv2dNode node)
    {
        var filters = ConvFilters.Of(values.Model, node);
        for (var o = 0; o < filters.Outputs; o++) EvaluateFilter(values, v, node, filters, o);
    }

    protected override void Grow(CarriedChannels carried, int v, Conv2dNode node) => carried.GrowConvolution(v, node);

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, Conv2dNode node) => rewriter.Convolve(v, node);

    protected override Part WritePattern(FixedValues values, int v, Conv2dNode node, ImmutableArray<int> channels)
    {
        var inputs = values.Model.Network.ChannelsOf(node.Input);
        var constants = Enumerable.Range(0, inputs).Select(i => values.Values.ConstantOf(node.Input, i)).ToArray();
        var (bias, maps) = values.Remainder(v, channels, new bool[inputs], constants);
        var complete = maps?.Channels.Length == channels.Length && !bias.AsSpan().ContainsAnyExcept(0.0);
        return values.Writer.Add(FixedValues.NameOf(node), complete ? null : values.Constant(v, channels, bias), maps)!.Value;
    }

    private static void EvaluateFilter(ChannelValues values, int v, Conv2dNode node, ConvFilters filters, int output)
    {
        var kind = ChannelKind.Constant;
        var sum = 0.0;
        var (start, end) = filters.InputsOf(output);
        for (var i = start; i < end; i++)
        {
            if (!filters.Reads(output, i)) continue;
            var constant = values.ConstantOf(node.Input, i);
            // With padding the taps at the border are missing, so the sum differs there.
            kind = ChannelValues.Max(kind, constant != 0 && node.Padding > 0 ? ChannelKind.Pattern : values.KindOf(node.Input, i));
            foreach (double w in filters.Kernel(output, i)) sum += w * constant;
        }

        values.Set(v, output, kind, sum + (node.Bias is null ? 0 : values.Model.Weights[node.Bias].Data[output]));
    }
}
