using System.Globalization;
using Secateur.Onnx.Format;

namespace Secateur.Onnx.Import;

/// <summary>Writes nodes of opsets 7 to 12 as opset 13 has them: what were attributes become constants, what was renamed has its new name.</summary>
internal static class OpsetUpgrade
{
    private const int Target = OpsetVersions.Least;

    /// <summary>The nodes that do what a node does; itself where it is the same.</summary>
    /// <param name="node">The node.</param>
    /// <param name="opset">The version of its operator.</param>
    /// <param name="constants">Takes the constants that were attributes.</param>
    /// <param name="fresh">Makes a name of a value that no other has.</param>
    /// <param name="invalid">Makes the error for a node.</param>
    /// <exception cref="InvalidFileException">The node cannot be written so.</exception>
    public static IEnumerable<NodeProto> Run(
        NodeProto node, int opset, Dictionary<string, ConstantTensor> constants, Func<string, string> fresh, Func<NodeProto, string, InvalidFileException> invalid)
    {
        if (opset >= Target) return [node];
        var old = new OnnxNode(node);
        switch (node.OpType)
        {
            case "Slice" when opset < 10:
                return [WithInputs("starts", "ends", "axes")];
            case "Squeeze" or "Unsqueeze" or "ReduceSum":
                return [WithInputs("axes")];
            case "Split":
                return [WithInputs("split")];
            case "Pad" when opset < 11:
                return [WithNumbers(WithInputs("pads"), "value")];
            case "Clip" when opset < 11:
                return [WithNumbers(node, "min", "max")];
            case "Upsample" when opset < 9:
                return [AsResize(WithScales(node))];
            case "Upsample":
            case "Resize" when opset < 11:
                return [AsResize(node)];
            case "Softmax" or "LogSoftmax":
                return OverRows();
            case "Dropout" when node.Output[0].Length > 0 && node.Output.Count(o => o.Length > 0) == 1:
                return [new NodeProto { OpType = "Identity", Name = node.Name, Input = { old.Input(0) }, Output = { node.Output[0] } }];
            case "Hardmax" or "Scatter" or "Dropout":
            case "TopK" when opset < 10:
            case "BatchNormalization" when old.Integer("spatial", 1) != 1:
                throw invalid(node, string.Create(CultureInfo.InvariantCulture, $"is an operator of version {opset} that later versions do not have"));
            default:
                return [node];
        }

        NodeProto WithInputs(params ReadOnlySpan<string> attributes)
        {
            var upgraded = node.Clone();
            foreach (var name in attributes)
            {
                var values = old.Integers(name);
                upgraded.Input.Add(values is null ? "" : Constant(name, ConstantTensor.Vector([.. values])));
                Remove(upgraded, name);
            }

            return upgraded;
        }

        NodeProto WithNumbers(NodeProto from, params ReadOnlySpan<string> attributes)
        {
            var upgraded = from.Clone();
            foreach (var name in attributes)
            {
                upgraded.Input.Add(old.Find(name) is { } value ? Constant(name, ConstantTensor.Of([], [value.F])) : "");
                Remove(upgraded, name);
            }

            return upgraded;
        }

        NodeProto WithScales(NodeProto from)
        {
            var upgraded = from.Clone();
            upgraded.Input.Add(Constant("scales", ConstantTensor.Of([old.Find("scales")?.Floats.Count ?? 0], [.. old.Find("scales")?.Floats ?? []])));
            Remove(upgraded, "scales");
            return upgraded;
        }

        // Before opset 11 a pixel was where its number divided by the scale is.
        NodeProto AsResize(NodeProto from)
        {
            var upgraded = from.Clone();
            upgraded.OpType = "Resize";
            upgraded.Input.Insert(1, "");
            upgraded.Attribute.Add(Attributes.Text("coordinate_transformation_mode", "asymmetric"));
            upgraded.Attribute.Add(Attributes.Text("nearest_mode", "floor"));
            return upgraded;
        }

        // Before opset 13 all axes from the given one on were one.
        IEnumerable<NodeProto> OverRows()
        {
            var (input, result) = (old.Input(0), node.Output.FirstOrDefault(""));
            var (rows, soft, shape) = (fresh($"{result}.rows"), fresh($"{result}.soft"), fresh($"{result}.shape"));
            yield return new NodeProto { OpType = "Flatten", Name = rows, Input = { input }, Output = { rows }, Attribute = { Attributes.Integer("axis", old.Integer("axis", 1)) } };
            yield return new NodeProto { OpType = node.OpType, Name = node.Name, Input = { rows }, Output = { soft }, Attribute = { Attributes.Integer("axis", -1) } };
            yield return new NodeProto { OpType = "Shape", Name = shape, Input = { input }, Output = { shape } };
            yield return new NodeProto { OpType = "Reshape", Name = $"{result}.all", Input = { soft, shape }, Output = { result } };
        }

        string Constant(string attribute, ConstantTensor value)
        {
            var name = fresh($"{node.Output.FirstOrDefault("")}.{attribute}");
            constants.Add(name, value);
            return name;
        }
    }

    private static void Remove(NodeProto node, string attribute)
    {
        if (node.Attribute.FirstOrDefault(a => a.Name == attribute) is { } found) node.Attribute.Remove(found);
    }
}
