using System.Collections.Immutable;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;

namespace Secateur.Graph;

/// <summary>The rules of the graph: run whenever a <see cref="Network"/> is made, so between all stages.</summary>
public static class NetworkVerifier
{
    // Bounds far above any real network, so that a graph read from a file cannot ask for absurd amounts of memory.
    internal const int MaxChannels = 1 << 16;
    private const int MaxStride = 64;
    internal const int MaxNodes = 1 << 12;
    private const int MaxElements = 1 << 28;
    private const int MaxAspect = 100;

    /// <summary>Checks every rule and returns the channels of each node.</summary>
    /// <exception cref="NetworkException">One or more rules are broken; all are listed.</exception>
    public static ImmutableArray<int> Verify(Network network)
    {
        if (network.Nodes.Length > MaxNodes) throw new NetworkException($"network '{network.Architecture}' has {network.Nodes.Length} nodes, more than {MaxNodes}");
        var run = new Run(network);
        run.CheckNames();
        for (var i = 0; i < network.Nodes.Length; i++) run.CheckNode(i);
        run.CheckResults();
        if (run.Problems.Count > 0)
            throw new NetworkException($"network '{network.Architecture}' is not valid: {string.Join("; ", run.Problems)}");
        return [.. run.Channels];
    }

    private sealed class Run(Network network)
    {
        private readonly Dictionary<string, ParameterSpec> _parameters = [];

        public List<string> Problems { get; } = [];

        public List<int> Channels { get; } = [];

        public void CheckNames()
        {
            var elements = 0L;
            foreach (var spec in network.Parameters)
            {
                if (!_parameters.TryAdd(spec.Name, spec)) Problems.Add($"parameter '{spec.Name}' is declared twice");
                if (spec.Shape.Any(d => d <= 0)) Problems.Add($"parameter '{spec.Name}' has the shape {Tensor.FormatShape(spec.Shape)}");
                elements = Math.Min(MaxElements + 1L, elements + spec.Shape.Aggregate(1L, (count, d) => Math.Min(MaxElements + 1L, count * d)));
            }

            if (elements > MaxElements) Problems.Add($"its parameters have more than {MaxElements} elements");

            foreach (var twice in network.Nodes.GroupBy(n => n.Name).Where(g => g.Count() > 1)) Problems.Add($"two nodes are called '{twice.Key}'");
            foreach (var unused in _parameters.Keys.Except(network.Nodes.SelectMany(n => n.Parameters)))
                Problems.Add($"parameter '{unused}' is used by no node");
        }

        public void CheckNode(int index)
        {
            var channels = ChannelsOf(index);
            if (channels > MaxChannels) channels = Problem(network.Nodes[index], $"has {channels} channels, more than {MaxChannels}");
            Channels.Add(channels);
        }

        private int ChannelsOf(int index)
        {
            var node = network.Nodes[index];
            foreach (var input in node.Inputs)
            {
                if (input >= 0 && input < index) continue;
                Problems.Add($"'{node.Name}' reads node {input}, which does not come before it");
                return 0;
            }

            return node switch
            {
                InputNode n => n.Channels > 0 ? n.Channels : Problem(n, $"has {n.Channels} channels"),
                OnesNode => 1,
                Conv2dNode n => CheckConv(n),
                BatchNormNode n => CheckNorm(n),
                ReluNode n => Channels[n.Input],
                PReluNode n => CheckSlopes(n),
                ClipNode n => n.Min < n.Max ? Channels[n.Input] : Problem(n, $"clips to the range from {n.Min} to {n.Max}"),
                SigmoidNode n => Channels[n.Input],
                MultiplyNode n => CheckMultiply(n),
                MergeNode n => CheckMerge(n),
                UpsampleNode n => Enum.IsDefined(n.Mode) ? Channels[n.Input] : Problem(n, $"has the unknown mode {n.Mode}"),
                ConcatNode n => CheckConcat(n),
                MaxOutNode n => CheckMaxOut(n),
                MaxPool2dNode n => CheckPool(n, n.Input, n.Geometry),
                AveragePool2dNode n => CheckPool(n, n.Input, n.Geometry),
                GlobalAveragePoolNode n => Channels[n.Input],
                SelectNode n => CheckSelect(n),
                _ => Problem(node, $"has the unknown type {node.GetType().Name}"),
            };
        }

        public void CheckResults()
        {
            if (network.Nodes.OfType<InputNode>().Count() != 1) Problems.Add("there must be exactly one input");
            if (network.Outputs.IsEmpty) Problems.Add("there is no output");
            foreach (var twice in network.Outputs.GroupBy(o => o.Name).Where(g => g.Count() > 1)) Problems.Add($"two outputs are called '{twice.Key}'");
            foreach (var output in network.Outputs)
            {
                if (!IsNode(output.Node)) Problems.Add($"output '{output.Name}' is node {output.Node}, which does not exist");
            }

            CheckHead(network.Head);
        }

        private void CheckHead(DetectorHead head)
        {
            foreach (var level in head.Levels)
            {
                if (level.Stride <= 0 || level.AnchorSizes.IsEmpty || level.AnchorSizes.Any(size => size <= 0))
                    Problems.Add($"a level has stride {level.Stride} and anchor size {string.Join(", ", level.AnchorSizes)}");
                CheckResult("boxes", level, level.Loc, DetectionLevel.BoxChannels);
                CheckResult("scores", level, level.Scores, DetectionLevel.ScoreChannels);
            }

            if (head.AnchorAspect is not (> 0 and < MaxAspect)) Problems.Add($"the anchors are {head.AnchorAspect} times as high as wide, expected a number between 0 and {MaxAspect}");
            if (head.Variances is not { Centre: > 0 and < float.PositiveInfinity, Size: > 0 and < float.PositiveInfinity })
                Problems.Add($"the variances are {head.Variances.Centre} and {head.Variances.Size}, expected two positive numbers");
            if (head.Pixels.Mean.Length != 3 || !head.Pixels.Mean.All(float.IsFinite)) Problems.Add($"the mean is [{string.Join(", ", head.Pixels.Mean)}], expected three numbers");
            if (!Enum.IsDefined(head.Boxes) || !Enum.IsDefined(head.Scores)) Problems.Add($"boxes and scores have the unknown encodings {head.Boxes} and {head.Scores}");
            if (!Enum.IsDefined(head.Pixels.Order)) Problems.Add($"the pixels have the unknown order {head.Pixels.Order}");
        }

        private void CheckResult(string what, DetectionLevel level, int node, int perAnchor)
        {
            var expected = (long)level.Anchors * perAnchor;
            if (!IsNode(node) || Channels[node] != expected) Problems.Add($"the {what} of stride {level.Stride} are not {expected} channels");
        }

        private int CheckConv(Conv2dNode node)
        {
            if (!node.Weight.EndsWith(".weight", StringComparison.Ordinal)) return Problem(node, $"has a weight called '{node.Weight}', which does not end in .weight");
            if (!_parameters.TryGetValue(node.Weight, out var weight)) return Problem(node, $"needs the parameter '{node.Weight}'");
            var shape = weight.Shape;
            if (weight.Kind != ParameterKind.ConvWeight || shape.Length != 4 || shape[2] != shape[3])
                return Problem(node, $"has a weight that is {weight.Kind} {Tensor.FormatShape(shape)}, not {ParameterKind.ConvWeight} [O, I, K, K]");
            if (node.Stride is < 1 or > MaxStride || node.Dilation is < 1 or > MaxStride || node.Padding < 0 || node.Padding > (long)node.Dilation * (shape[2] - 1) || node.Groups < 1)
                return Problem(node, $"has stride {node.Stride}, padding {node.Padding}, groups {node.Groups}, kernel {shape[2]}, dilation {node.Dilation}");
            if ((long)shape[1] * node.Groups != Channels[node.Input] || shape[0] % node.Groups != 0)
                return Problem(node, $"has a weight of shape {Tensor.FormatShape(shape)} in {node.Groups} groups over {Channels[node.Input]} channels");
            if (node.Bias is { } bias) Expect(node, bias, ParameterKind.ConvBias, shape[0]);
            return shape[0];
        }

        private int CheckNorm(BatchNormNode node)
        {
            var channels = Channels[node.Input];
            Expect(node, node.Gamma, ParameterKind.NormGamma, channels);
            Expect(node, node.Beta, ParameterKind.NormBeta, channels);
            Expect(node, node.Mean, ParameterKind.NormMean, channels);
            Expect(node, node.Variance, ParameterKind.NormVariance, channels);
            return node.Epsilon is > 0 and < 1 ? channels : Problem(node, $"adds {node.Epsilon} to the variance, expected a number between 0 and 1");
        }

        private int CheckMerge(MergeNode node)
        {
            if (node.Channels <= 0 || node.Channels > MaxChannels) return Problem(node, $"has {node.Channels} channels");
            CheckOperand(node, node.A);
            CheckOperand(node, node.B);
            if (node is WeightedFusionNode fusion && _parameters.TryGetValue(fusion.Weights, out var weights)
                && (weights.Kind != ParameterKind.FusionWeight || weights.Shape.Length != 2 || weights.Shape[0] != 2 || fusion.Column < 0 || fusion.Column >= weights.Shape[1]))
                return Problem(node, $"takes column {fusion.Column} of {weights.Kind} {Tensor.FormatShape(weights.Shape)}");
            if (node.Parameters.FirstOrDefault(p => !_parameters.ContainsKey(p)) is { } missing) return Problem(node, $"needs the parameter '{missing}'");
            return node.Channels;
        }

        private void CheckOperand(MergeNode node, MergeOperand operand)
        {
            var channels = Channels[operand.Node];
            var map = operand.Channels;
            if (map.IsEmpty)
            {
                if (channels != node.Channels) Problem(node, $"adds {channels} channels to {node.Channels} without saying which");
                return;
            }

            if (map.Length != channels || !AreAscending(map, node.Channels))
                Problem(node, $"maps {channels} channels to [{string.Join(", ", map)}] of {node.Channels}");
        }

        private int CheckSelect(SelectNode node) =>
            !node.Channels.IsEmpty && AreAscending(node.Channels, Channels[node.Input])
                ? node.Channels.Length
                : Problem(node, $"selects [{string.Join(", ", node.Channels)}] of {Channels[node.Input]} channels");

        private static bool AreAscending(ImmutableArray<int> channels, int limit) =>
            channels[0] >= 0 && channels[^1] < limit && Ascending.Is(channels.AsSpan());

        private int CheckConcat(ConcatNode node) =>
            node.Parts.IsEmpty ? Problem(node, "has no parts") : (int)Math.Min(int.MaxValue, node.Parts.Sum(p => (long)Channels[p]));

        private int CheckMaxOut(MaxOutNode node) =>
            Channels[node.Input] < 2 ? Problem(node, $"needs two or more channels, found {Channels[node.Input]}") : 2;

        private int CheckPool(Node node, int input, ConvGeometry window) =>
            window.Kernel is < 1 or > MaxStride || window.Stride is < 1 or > MaxStride || window.Padding < 0 || window.Padding > window.Kernel / 2
                ? Problem(node, $"has stride {window.Stride}, padding {window.Padding}, kernel {window.Kernel}")
                : Channels[input];

        private int CheckSlopes(PReluNode node)
        {
            var channels = Channels[node.Input];
            var isShared = _parameters.TryGetValue(node.Slope, out var slope) && slope.Shape is [1];
            return Expect(node, node.Slope, ParameterKind.Slope, isShared ? 1 : channels) ? channels : 0;
        }

        private int CheckMultiply(MultiplyNode node) =>
            Channels[node.Input] == Channels[node.Factor]
                ? Channels[node.Input]
                : Problem(node, $"multiplies {Channels[node.Input]} channels by {Channels[node.Factor]}");

        private bool Expect(Node node, string name, ParameterKind kind, int length)
        {
            if (_parameters.TryGetValue(name, out var spec) && spec.Kind == kind && spec.Shape.Length == 1 && spec.Shape[0] == length) return true;
            var found = spec is null ? "nothing" : $"{spec.Kind} {Tensor.FormatShape(spec.Shape)}";
            Problem(node, $"needs the parameter '{name}', {kind} [{length}], found {found}");
            return false;
        }

        private int Problem(Node node, string text)
        {
            Problems.Add($"'{node.Name}' {text}");
            return 0;
        }

        private bool IsNode(int index) => index >= 0 && index < network.Nodes.Length;
    }
}
