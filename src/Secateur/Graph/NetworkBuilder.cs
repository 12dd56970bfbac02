using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>
/// Writes a network down in the order of its checkpoint: every call appends a node and returns its position. Layers are named by their
/// state_dict prefix; naming one again shares its parameters.
/// </summary>
public sealed class NetworkBuilder(string architecture)
{
    private readonly List<Node> _nodes = [];
    private readonly List<int> _channels = [];
    private readonly List<ParameterSpec> _parameters = [];
    private readonly List<NetworkOutput> _outputs = [];
    private DetectorHead _head = DetectorHead.None;
    private readonly UniqueNames _names = new();

    /// <summary>The channels of node <paramref name="node"/>.</summary>
    public int ChannelsOf(int node) => _channels[node];

    /// <summary>The image, [N, <paramref name="channels"/>, H, W].</summary>
    public int Input(int channels) => Append(new InputNode("input", channels), channels);

    /// <summary>A plane of ones as large as <paramref name="like"/>.</summary>
    public int Ones(int like) => Append(new OnesNode(Use("ones"), like), 1);

    /// <summary>A convolution to <paramref name="channels"/> channels with a square kernel.</summary>
    public int Conv2d(int input, string layer, int channels, int kernel, int stride = 1, int padding = 0, int groups = 1, bool bias = false, int dilation = 1)
    {
        var weight = Declare(layer + ".weight", ParameterKind.ConvWeight, channels, _channels[input] / groups, kernel, kernel);
        var biasName = bias ? Declare(layer + ".bias", ParameterKind.ConvBias, channels) : null;
        return Append(new Conv2dNode(Use(layer), input, weight, biasName, stride, padding, groups) { Dilation = dilation }, channels);
    }

    /// <summary>A batch norm.</summary>
    public int BatchNorm(int input, string layer, double epsilon = BatchNormNode.UsualEpsilon)
    {
        var node = new BatchNormNode(Use(layer), input, layer) { Epsilon = epsilon };
        Declare(node.Gamma, ParameterKind.NormGamma, _channels[input]);
        Declare(node.Beta, ParameterKind.NormBeta, _channels[input]);
        Declare(node.Mean, ParameterKind.NormMean, _channels[input]);
        Declare(node.Variance, ParameterKind.NormVariance, _channels[input]);
        return Append(node, _channels[input]);
    }

    /// <summary>A ReLU.</summary>
    public int Relu(int input) => Append(new ReluNode(Use(_nodes[input].Name + ".relu"), input), _channels[input]);

    /// <summary>A PReLU with one slope, or one a channel.</summary>
    public int PRelu(int input, string layer, bool perChannel = false) =>
        Append(new PReluNode(Use(layer), input, Declare(layer + ".weight", ParameterKind.Slope, perChannel ? _channels[input] : 1)), _channels[input]);

    /// <summary>Limits the values to a range.</summary>
    public int Clip(int input, float min, float max) => Append(new ClipNode(Use(_nodes[input].Name + ".clip"), input, min, max), _channels[input]);

    /// <summary>A sigmoid.</summary>
    public int Sigmoid(int input) => Append(new SigmoidNode(Use(_nodes[input].Name + ".sigmoid"), input), _channels[input]);

    /// <summary>input * factor, which is as large or one pixel.</summary>
    public int Multiply(int input, int factor, string name) => Append(new MultiplyNode(Use(name), input, factor), _channels[input]);

    /// <summary>a + b.</summary>
    public int Add(int a, int b, string name) => Add(new MergeOperand(a), new MergeOperand(b), _channels[a], name);

    /// <summary>a + b over <paramref name="channels"/> channels.</summary>
    public int Add(MergeOperand a, MergeOperand b, int channels, string name) => Append(new AddNode(Use(name), a, b, channels), channels);

    /// <summary>The fusion of a and b by column <paramref name="column"/> of the fusion weights [2, <paramref name="columns"/>].</summary>
    public int Fuse(int a, int b, string weights, int column, int columns)
    {
        Declare(weights, ParameterKind.FusionWeight, 2, columns);
        var node = new WeightedFusionNode(Use($"{weights}.{column}"), new MergeOperand(a), new MergeOperand(b), _channels[a], weights, column);
        return Append(node, _channels[a]);
    }

    /// <summary>Enlarges to the size of <paramref name="like"/>.</summary>
    public int Upsample(int input, int like, UpsampleMode mode) =>
        Append(new UpsampleNode(Use(_nodes[input].Name + ".up"), input, like, mode), _channels[input]);

    /// <summary>Joins channels.</summary>
    public int Concat(string name, params ReadOnlySpan<int> parts)
    {
        var channels = 0;
        foreach (var part in parts) channels += _channels[part];
        return Append(new ConcatNode(Use(name), [.. parts]), channels);
    }

    /// <summary>Some channels, ascending.</summary>
    public int Select(int input, params ReadOnlySpan<int> channels) =>
        Append(new SelectNode(Use(_nodes[input].Name + ".select"), input, [.. channels]), channels.Length);

    /// <summary>The largest values of windows.</summary>
    public int MaxPool2d(int input, int kernel, int stride, int padding = 0) =>
        Append(new MaxPool2dNode(Use(_nodes[input].Name + ".maxpool"), input, kernel, stride, padding), _channels[input]);

    /// <summary>The means of windows.</summary>
    public int AveragePool2d(int input, int kernel, int stride, int padding = 0, bool countPadding = false) =>
        Append(new AveragePool2dNode(Use(_nodes[input].Name + ".avgpool"), input, kernel, stride, padding, countPadding), _channels[input]);

    /// <summary>The mean of each channel.</summary>
    public int GlobalAveragePool(int input) => Append(new GlobalAveragePoolNode(Use(_nodes[input].Name + ".mean"), input), _channels[input]);

    /// <summary>The max-out of level 0: two channels.</summary>
    public int MaxOut(int input) => Append(new MaxOutNode(Use(_nodes[input].Name + ".maxout"), input), 2);

    /// <summary>Appends a node made by hand; its parameters must have been declared.</summary>
    public int Append(Node node, int channels)
    {
        _nodes.Add(node);
        _channels.Add(channels);
        return _nodes.Count - 1;
    }

    /// <summary>Declares a parameter, once however often it is used, and returns its name.</summary>
    public string Declare(string name, ParameterKind kind, params ReadOnlySpan<int> shape)
    {
        var spec = new ParameterSpec(name, [.. shape], kind);
        var known = _parameters.Find(p => p.Name == name);
        if (known is null) _parameters.Add(spec);
        else if (known.Kind != kind || !known.Shape.SequenceEqual(spec.Shape)) throw new NetworkException($"parameter '{name}' is declared twice with different shapes");
        return name;
    }

    /// <summary>A node name that is free: <paramref name="name"/>, <c>name@2</c>, ..</summary>
    public string Use(string name) => _names.Take(name);

    /// <summary>Names a result.</summary>
    public void Output(string name, int node) => _outputs.Add(new NetworkOutput(name, node));

    /// <summary>Appends a detection level, finest first; the convolutions that end in it are the head's.</summary>
    public void Level(int stride, ImmutableArray<int> anchorSizes, int loc, int scores)
    {
        string[] layers = [.. new[] { loc, scores }.Select(n => _nodes[n] is MaxOutNode max ? _nodes[max.Input] : _nodes[n]).OfType<Conv2dNode>().Select(c => c.Layer)];
        _head = _head with { Levels = _head.Levels.Add(new DetectionLevel(stride, anchorSizes, loc, scores)), Layers = [.. _head.Layers.Union(layers)] };
    }

    /// <summary>The finished network.</summary>
    /// <param name="complete">Completes the head: anchors' aspect, variances, pixels; null where it is as usual.</param>
    /// <exception cref="NetworkException">It breaks a rule of the graph.</exception>
    public Network Build(Func<DetectorHead, DetectorHead>? complete = null) =>
        new(architecture, _nodes, _parameters, _outputs, complete is null ? _head : complete(_head));
}
