using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>A weighted sum of two operands: a channel that is carried in one of them is carried in the sum.</summary>
internal sealed class MergeRule : ChannelRule<MergeNode>
{
    protected override void MarkNeeded(Model model, MergeNode node, bool[] result, bool[][] needed)
    {
        foreach (var operand in MergeOperands.Of(model, node))
        {
            for (var c = 0; c < operand.Targets.Length; c++) needed[operand.Node][c] |= result[operand.Targets[c]];
        }
    }

    protected override void Evaluate(ChannelValues values, int v, MergeNode node)
    {
        foreach (var operand in MergeOperands.Of(values.Model, node))
        {
            for (var c = 0; c < operand.Targets.Length; c++)
            {
                var t = operand.Targets[c];
                var kind = ChannelValues.Max(values.KindOf(v, t), values.KindOf(operand.Node, c));
                values.Set(v, t, kind, values.ConstantOf(v, t) + (operand.Factor * values.ConstantOf(operand.Node, c)));
            }
        }
    }

    protected override void Grow(CarriedChannels carried, int v, MergeNode node)
    {
        var operands = MergeOperands.Of(carried.Model, node).ToList();
        foreach (var operand in operands) carried.Mark(v, carried.Of(operand.Node).Select(c => operand.Targets[c]));
        foreach (var operand in operands)
        {
            carried.Mark(
                operand.Node,
                Enumerable.Range(0, operand.Targets.Length)
                    .Where(c => carried.Has(v, operand.Targets[c]) && carried.Values.KindOf(operand.Node, c) == ChannelKind.Pattern));
        }
    }

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, MergeNode node)
    {
        var shifts = rewriter.ShiftsOf(v);
        foreach (var operand in MergeOperands.Of(rewriter.Model, node))
        {
            for (var c = 0; c < operand.Targets.Length; c++) shifts[operand.Targets[c]] += operand.Factor * rewriter.NumberOf(operand.Node, c);
        }

        return (rewriter.Writer.Merge(rewriter.Model, node, operand => rewriter.MapsOf(operand.Node)), null);
    }

    protected override Part WritePattern(FixedValues values, int v, MergeNode node, ImmutableArray<int> channels) =>
        values.Writer.Merge(values.Model, node with { Name = FixedValues.NameOf(node) }, operand =>
        {
            ImmutableArray<int> own = [.. Enumerable.Range(0, operand.Targets.Length).Where(c => channels.BinarySearch(operand.Targets[c]) >= 0)];
            return own.IsEmpty ? null : values.Write(operand.Node, own);
        })!.Value;
}
