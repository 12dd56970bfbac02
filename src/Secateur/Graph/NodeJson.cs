using System.Text.Json;

namespace Secateur.Graph;

/// <summary>The nodes of a network as JSON objects: the operation <c>op</c>, what belongs to it, the name.</summary>
internal static class NodeJson
{
    public static void Write(Utf8JsonWriter json, Node node)
    {
        json.WriteStartObject();
        switch (node)
        {
            case InputNode n:
                json.WriteString("op", "input");
                json.WriteNumber("channels", n.Channels);
                break;
            case OnesNode n:
                json.WriteString("op", "ones");
                json.WriteNumber("like", n.Like);
                break;
            case Conv2dNode n:
                json.WriteString("op", "conv2d");
                json.WriteNumber("input", n.Input);
                json.WriteString("weight", n.Weight);
                json.WriteString("bias", n.Bias);
                json.WriteNumber("stride", n.Stride);
                json.WriteNumber("padding", n.Padding);
                json.WriteNumber("groups", n.Groups);
                if (n.Dilation != 1) json.WriteNumber("dilation", n.Dilation);
                break;
            case BatchNormNode n:
                json.WriteString("op", "batchNorm");
                json.WriteNumber("input", n.Input);
                json.WriteString("layer", n.Layer);
                if (n.Epsilon != BatchNormNode.UsualEpsilon) json.WriteNumber("epsilon", n.Epsilon);
                break;
            case ReluNode n:
                json.WriteString("op", "relu");
                json.WriteNumber("input", n.Input);
                break;
            case PReluNode n:
                json.WriteString("op", "prelu");
                json.WriteNumber("input", n.Input);
                json.WriteString("slope", n.Slope);
                break;
            case ClipNode n:
                json.WriteString("op", "clip");
                json.WriteNumber("input", n.Input);
                if (!float.IsNegativeInfinity(n.Min)) json.WriteNumber("min", n.Min);
                if (!float.IsPositiveInfinity(n.Max)) json.WriteNumber("max", n.Max);
                break;
            case SigmoidNode n:
                json.WriteString("op", "sigmoid");
                json.WriteNumber("input", n.Input);
                break;
            case MultiplyNode n:
                json.WriteString("op", "multiply");
                json.WriteNumber("input", n.Input);
                json.WriteNumber("factor", n.Factor);
                break;
            case AddNode n:
                json.WriteString("op", "add");
                WriteSum(json, n);
                break;
            case WeightedFusionNode n:
                json.WriteString("op", "weightedFusion");
                json.WriteString("weights", n.Weights);
                json.WriteNumber("column", n.Column);
                WriteSum(json, n);
                break;
            case UpsampleNode n:
                json.WriteString("op", "upsample");
                json.WriteNumber("input", n.Input);
                json.WriteNumber("like", n.Like);
                json.WriteString("mode", n.Mode.ToString());
                break;
            case ConcatNode n:
                json.WriteString("op", "concat");
                NetworkJson.WriteIntegers(json, "parts", n.Parts);
                break;
            case MaxOutNode n:
                json.WriteString("op", "maxOut");
                json.WriteNumber("input", n.Input);
                break;
            case MaxPool2dNode n:
                json.WriteString("op", "maxPool2d");
                json.WriteNumber("input", n.Input);
                json.WriteNumber("kernel", n.Kernel);
                json.WriteNumber("stride", n.Stride);
                json.WriteNumber("padding", n.Padding);
                break;
            case AveragePool2dNode n:
                json.WriteString("op", "averagePool2d");
                json.WriteNumber("input", n.Input);
                json.WriteNumber("kernel", n.Kernel);
                json.WriteNumber("stride", n.Stride);
                json.WriteNumber("padding", n.Padding);
                json.WriteBoolean("countPadding", n.CountPadding);
                break;
            case GlobalAveragePoolNode n:
                json.WriteString("op", "globalAveragePool");
                json.WriteNumber("input", n.Input);
                break;
            case SelectNode n:
                json.WriteString("op", "select");
                json.WriteNumber("input", n.Input);
                NetworkJson.WriteIntegers(json, "channels", n.Channels);
                break;
            default:
                throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) cannot be written");
        }

        json.WriteString("name", node.Name);
        json.WriteEndObject();
    }

    public static Node Read(JsonElement element)
    {
        var m = new JsonMembers(element);
        var (op, name) = (m.Text("op"), m.Text("name"));
        Node node = op switch
        {
            "input" => new InputNode(name, m.Integer("channels")),
            "ones" => new OnesNode(name, m.Integer("like")),
            "conv2d" => new Conv2dNode(
                name, m.Integer("input"), m.Text("weight"), m.TextOrNull("bias"), m.Integer("stride"), m.Integer("padding"), m.Integer("groups"))
            {
                Dilation = m.Has("dilation") ? m.Integer("dilation") : 1,
            },
            "batchNorm" => new BatchNormNode(name, m.Integer("input"), m.Text("layer")) { Epsilon = m.Has("epsilon") ? m.Double("epsilon") : BatchNormNode.UsualEpsilon },
            "relu" => new ReluNode(name, m.Integer("input")),
            "prelu" => new PReluNode(name, m.Integer("input"), m.Text("slope")),
            "clip" => new ClipNode(
                name,
                m.Integer("input"),
                m.Has("min") ? m.Single("min") : float.NegativeInfinity,
                m.Has("max") ? m.Single("max") : float.PositiveInfinity),
            "sigmoid" => new SigmoidNode(name, m.Integer("input")),
            "multiply" => new MultiplyNode(name, m.Integer("input"), m.Integer("factor")),
            "add" => new AddNode(name, Operand(m.Any("a")), Operand(m.Any("b")), m.Integer("channels")),
            "weightedFusion" => new WeightedFusionNode(
                name, Operand(m.Any("a")), Operand(m.Any("b")), m.Integer("channels"), m.Text("weights"), m.Integer("column")),
            "upsample" => new UpsampleNode(name, m.Integer("input"), m.Integer("like"), m.Name<UpsampleMode>("mode")),
            "concat" => new ConcatNode(name, m.Integers("parts")),
            "maxPool2d" => new MaxPool2dNode(name, m.Integer("input"), m.Integer("kernel"), m.Integer("stride"), m.Integer("padding")),
            "averagePool2d" => new AveragePool2dNode(
                name, m.Integer("input"), m.Integer("kernel"), m.Integer("stride"), m.Integer("padding"), m.Boolean("countPadding")),
            "globalAveragePool" => new GlobalAveragePoolNode(name, m.Integer("input")),
            "maxOut" => new MaxOutNode(name, m.Integer("input")),
            "select" => new SelectNode(name, m.Integer("input"), m.Integers("channels")),
            _ => throw new JsonException($"'{name}' is the unknown node '{op}'"),
        };
        m.End();
        return node;
    }

    private static void WriteSum(Utf8JsonWriter json, MergeNode node)
    {
        WriteOperand(json, "a", node.A);
        WriteOperand(json, "b", node.B);
        json.WriteNumber("channels", node.Channels);
    }

    private static void WriteOperand(Utf8JsonWriter json, string name, MergeOperand operand)
    {
        json.WriteStartObject(name);
        json.WriteNumber("node", operand.Node);
        NetworkJson.WriteIntegers(json, "channels", operand.Channels);
        json.WriteEndObject();
    }

    private static MergeOperand Operand(JsonElement element)
    {
        var m = new JsonMembers(element);
        var operand = new MergeOperand(m.Integer("node"), m.Integers("channels"));
        m.End();
        return operand;
    }
}
