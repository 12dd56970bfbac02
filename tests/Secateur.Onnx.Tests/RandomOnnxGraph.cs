using Secateur.Onnx.Format;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Tests;

/// <summary>Seeded random ONNX graphs over all operators that import takes, of one size or any, with something behind the network.</summary>
internal sealed class RandomOnnxGraph
{
    public const int Height = 24, Width = 20;

    private readonly Random _random;
    private readonly OnnxDraft _draft;
    private readonly bool _anySize;
    private readonly int _opset;
    private readonly List<Map> _maps = [];

    private RandomOnnxGraph(int seed)
    {
        _random = new Random(seed);
        _anySize = seed % 3 == 0;
        _opset = 13 + (seed % 9);
        Channels = 1 + (seed % 4);
        _draft = new OnnxDraft(seed, 1, Channels, _anySize ? -1 : Height, _anySize ? -1 : Width);
        Keep("image", Channels, Height, Width);
    }

    public int Channels { get; }

    public ISet<string> Operators { get; } = new HashSet<string>();

    public static (byte[] File, RandomOnnxGraph Graph) Create(int seed)
    {
        var run = new RandomOnnxGraph(seed);
        var steps = run._random.Next(3, 16);
        for (var i = 0; i < steps; i++) run.Step(run._random.Next(3) > 0 ? run._maps[^1] : run.Any());
        run.Finish();
        var model = run._draft.Model(run._opset);
        foreach (var node in model.Graph.Node) run.Operators.Add(node.OpType);
        return (run._draft.File(run._opset), run);
    }

    private void Step(Map x)
    {
        switch (_random.Next(20))
        {
            case < 6:
                Convolve(x);
                break;
            case 6:
                var norm = _draft.Unique("norm");
                Keep(x, "BatchNormalization", [x.Name, _draft.Positive($"{norm}.weight", x.Channels), _draft.Numbers($"{norm}.bias", 0.3f, x.Channels), _draft.Numbers($"{norm}.mean", 0.3f, x.Channels), _draft.Positive($"{norm}.var", x.Channels)]);
                break;
            case 7 or 8:
                Activate(x);
                break;
            case 9 when OneOf(_maps.Where(m => m.Channels == x.Channels && m.Height == x.Height && m.Width == x.Width)) is { } partner:
                Keep(x, _random.Next(2) == 0 ? "Add" : "Mul", [x.Name, partner.Name]);
                break;
            case 10:
                Excite(x);
                break;
            case 11:
                var other = OneOf(_maps.Where(m => m.Height == x.Height && m.Width == x.Width))!;
                Keep(_draft.Add("Concat", [x.Name, other.Name], Integer("axis", 1)), x.Channels + other.Channels, x.Height, x.Width);
                break;
            case 12 when x.Channels > 1:
                Pick(x);
                break;
            case 13 when Math.Min(x.Height, x.Width) > 3:
                Pool(x);
                break;
            case 14 or 15:
                Enlarge(x);
                break;
            case 16 or 17:
                Scale(x);
                break;
            case 18:
                Keep(x, "Identity", [x.Name]);
                break;
            default:
                var zeros = _draft.Add("Pad", [x.Name, _draft.Graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)]);
                Keep(_draft.Conv(zeros, x.Channels, 3, 3, 3), 3, x.Height, x.Width);
                break;
        }
    }

    private void Convolve(Map x)
    {
        var groups = _random.Next(3) == 0 ? x.Channels : 1;
        var filters = groups * _random.Next(1, groups > 1 ? 3 : 7);
        var stride = _random.Next(4) == 0 ? 2 : 1;
        var dilation = _random.Next(4) == 0 ? 2 : 1;
        var (height, width) = _random.Next(6) switch { 0 => (1, 1), 1 => (1, 3), 2 => (3, 1), 3 => (5, 5), _ => (3, 3) };
        long[] pads = [dilation * (height / 2), dilation * (width / 2), dilation * (height / 2), dilation * (width / 2)];
        var attributes = new List<AttributeProto> { Integers("strides", stride, stride), Integers("dilations", dilation, dilation) };
        switch (_random.Next(5))
        {
            case 0 when height == width && x.Height > 10 && x.Width > 10:
                pads = [_random.Next(2), _random.Next(2), _random.Next(2), _random.Next(2)];
                (pads[1], pads[3]) = (pads[0], pads[2]);
                attributes.Add(Integers("pads", pads));
                break;
            // ONNX Runtime takes no dilation there.
            case 1 when dilation == 1 && (stride == 1 || (height == width && x.Height % 2 == x.Width % 2 && !_anySize)):
                attributes.Add(Text("auto_pad", _random.Next(2) == 0 ? "SAME_UPPER" : "SAME_LOWER"));
                var y = _draft.Conv(x.Name, x.Channels, filters, height, width, groups, true, [.. attributes]);
                Keep(y, filters, (x.Height + stride - 1) / stride, (x.Width + stride - 1) / stride);
                return;
            default:
                attributes.Add(Integers("pads", pads));
                break;
        }

        Keep(
            _draft.Conv(x.Name, x.Channels, filters, height, width, groups, _random.Next(2) == 0, [.. attributes]),
            filters,
            ((x.Height + (int)(pads[0] + pads[2]) - ((height - 1) * dilation) - 1) / stride) + 1,
            ((x.Width + (int)(pads[1] + pads[3]) - ((width - 1) * dilation) - 1) / stride) + 1);
    }

    private void Activate(Map x)
    {
        switch (_random.Next(7))
        {
            case 0:
                Keep(x, "LeakyRelu", [x.Name], OnnxDraft.Number("alpha", 0.1f));
                break;
            case 1:
                Keep(x, "PRelu", [x.Name, _draft.Numbers(_draft.Unique("slope"), 0.3f, _random.Next(2) == 0 ? x.Channels : 1, 1, 1)]);
                break;
            case 2:
                Keep(x, "Clip", [x.Name, _random.Next(2) == 0 ? _draft.Graph.Number(-0.5f) : "", _draft.Graph.Number(1)]);
                break;
            case 3:
                Keep(x, "Sigmoid", [x.Name]);
                break;
            case 4:
                Keep(x, "HardSigmoid", [x.Name]);
                break;
            case 5 when _opset >= 14:
                Keep(x, "HardSwish", [x.Name]);
                break;
            default:
                Keep(x, "Relu", [x.Name]);
                break;
        }
    }

    private void Excite(Map x)
    {
        var mean = _random.Next(2) == 0 ? _draft.Add("GlobalAveragePool", [x.Name])
            : _opset >= 18 ? _draft.Add("ReduceMean", [x.Name, _draft.Graph.Integers(2, 3)])
            : _draft.Add("ReduceMean", [x.Name], Integers("axes", -2, -1));
        var factor = _draft.Add("Sigmoid", [_draft.Conv(_draft.Add("Relu", [_draft.Conv(mean, x.Channels, 2, 1, 1)]), 2, x.Channels, 1, 1)]);
        Keep(x, "Mul", _random.Next(2) == 0 ? [x.Name, factor] : [factor, x.Name]);
    }

    private void Pick(Map x)
    {
        var count = _random.Next(1, x.Channels);
        if (_random.Next(2) == 0)
        {
            Keep(_draft.Add("Slice", [x.Name, _draft.Graph.Integers(x.Channels - count), _draft.Graph.Integers(long.MaxValue), _draft.Graph.Integers(1)]), count, x.Height, x.Width);
            return;
        }

        var (first, second) = (_draft.Unique("part"), _draft.Unique("part"));
        var split = new NodeProto { OpType = "Split", Name = first, Input = { x.Name, _draft.Graph.Integers(count, x.Channels - count) }, Output = { first, second } };
        split.Attribute.Add(Integer("axis", 1));
        _draft.Graph.Graph.Node.Add(split);
        Keep(first, count, x.Height, x.Width);
        Keep(second, x.Channels - count, x.Height, x.Width);
    }

    private void Pool(Map x)
    {
        var (kernel, stride) = (_random.Next(2, 4), _random.Next(1, 3));
        var pad = _random.Next((kernel / 2) + 1);
        AttributeProto[] window = [Integers("kernel_shape", kernel, kernel), Integers("strides", stride, stride), Integers("pads", pad, pad, pad, pad)];
        var y = _random.Next(2) == 0 ? _draft.Add("MaxPool", [x.Name], window) : _draft.Add("AveragePool", [x.Name], [.. window, Integer("count_include_pad", _random.Next(2))]);
        Keep(y, x.Channels, ((x.Height + (2 * pad) - kernel) / stride) + 1, ((x.Width + (2 * pad) - kernel) / stride) + 1);
    }

    private void Enlarge(Map x)
    {
        var likes = _maps.Where(m => m.Height >= x.Height && m.Width >= x.Width).ToList();
        var like = OneOf(likes)!;
        var isWhole = like.Height % x.Height == 0 && like.Width % x.Width == 0 && !_anySize;
        AttributeProto[] mode = (_random.Next(3), isWhole) switch
        {
            _ when FallsOnPixels(x.Height, like.Height) || FallsOnPixels(x.Width, like.Width) => [Text("mode", "linear"), Text("coordinate_transformation_mode", "half_pixel")],
            (0, _) => [Text("mode", "linear"), Text("coordinate_transformation_mode", "half_pixel")],
            (1, true) => [Text("mode", "nearest"), Text("coordinate_transformation_mode", "half_pixel"), Text("nearest_mode", "round_prefer_floor")],
            _ => [Text("mode", "nearest"), Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor")],
        };
        if (_random.Next(2) == 0 && like.Height == 2 * x.Height && like.Width == 2 * x.Width)
        {
            var scales = _draft.Graph.Weight("scales", [1, 1, 2, 2], [4]);
            var twice = _draft.Add("Resize", [x.Name, "", scales], mode);
            Keep(_draft.Add("Concat", [twice, like.Name], Integer("axis", 1)), x.Channels + like.Channels, like.Height, like.Width);
            return;
        }

        var own = _draft.Add("Slice", [_draft.Add("Shape", [x.Name]), _draft.Graph.Integers(0), _draft.Graph.Integers(2)]);
        var size = Enumerable.Range(2, 2).Select(axis => _draft.Add("Unsqueeze", [_draft.Add("Gather", [_draft.Add("Shape", [like.Name]), _draft.Graph.Integer(axis)]), _draft.Graph.Integers(0)]));
        var sizes = _anySize || _random.Next(2) == 0 ? _draft.Add("Concat", [own, .. size], Integer("axis", 0)) : _draft.Graph.Integers(1, x.Channels, like.Height, like.Width);
        Keep(_draft.Add("Resize", [x.Name, "", "", sizes], mode), x.Channels, like.Height, like.Width);
    }

    // Where a ratio is no whole number and yet meets a pixel exactly, ONNX Runtime's rounding takes the one before.
    private static bool FallsOnPixels(int from, int to) => to % from != 0 && Enumerable.Range(1, to - 1).Any(i => i * from % to == 0);

    private void Scale(Map x)
    {
        var op = new[] { "Add", "Sub", "Mul", "Div" }[_random.Next(4)];
        int[] shape = _random.Next(3) switch { 0 => [], 1 => [1, x.Channels, 1, 1], _ => [x.Channels, 1, 1] };
        var constant = _draft.Positive(_draft.Unique("constant"), shape);
        if (_random.Next(8) == 0) Keep(x, "Neg", [x.Name]);
        else Keep(x, op, _random.Next(2) == 0 && op != "Div" ? [constant, x.Name] : [x.Name, constant]);
    }

    private void Finish()
    {
        var x = _maps[^1];
        var last = _draft.Conv(x.Name, x.Channels, 4, 1, 1);
        switch (_random.Next(6))
        {
            case 0:
                var rows = _draft.Add("Reshape", [_draft.Add("Transpose", [last], Integers("perm", 0, 2, 3, 1)), _draft.Graph.Integers(1, -1, 2)]);
                _draft.Outputs(_draft.Add("Softmax", [rows], Integer("axis", -1)), last);
                break;
            case 1:
                _draft.Outputs(_draft.Add("Exp", [_draft.Add("Mul", [last, _draft.Graph.Number(0.1f)])]));
                break;
            case 2:
                var features = _draft.Add("Flatten", [_draft.Add("GlobalAveragePool", [_draft.Add("Relu", [last])])]);
                var classes = _draft.Add("Gemm", [features, _draft.Numbers("fc.weight", 0.5f, 5, 4), _draft.Numbers("fc.bias", 0.5f, 5)], Integer("transB", 1));
                _draft.Outputs(_draft.Add("Softmax", [_draft.Add("MatMul", [_draft.Add("Relu", [classes]), _draft.Numbers("matrix", 0.5f, 5, 3)])]));
                break;
            case 3 when !_anySize && x.Height == x.Width && x.Height < 9:
                var flat = _draft.Add("Reshape", [last, _draft.Graph.Integers(1, -1)]);
                var sum = _draft.Add("MatMul", [flat, _draft.Numbers("matrix", 0.2f, 4 * x.Height * x.Width, 3)]);
                _draft.Outputs(_draft.Add("Add", [sum, _draft.Numbers("offset", 0.2f, 3)]));
                break;
            default:
                _draft.Outputs(last, _draft.Add("Sigmoid", [_draft.Conv(Any() is var y ? y.Name : "", y.Channels, 2, 1, 1)]));
                break;
        }
    }

    private void Keep(Map x, string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) => Keep(_draft.Add(op, inputs, attributes), x.Channels, x.Height, x.Width);

    private void Keep(string name, int channels, int height, int width) => _maps.Add(new Map(name, channels, height, width));

    private Map Any() => _maps[_random.Next(_maps.Count)];

    private Map? OneOf(IEnumerable<Map> maps) => maps.ToList() is { Count: > 0 } list ? list[_random.Next(list.Count)] : null;

    private sealed record Map(string Name, int Channels, int Height, int Width);
}
