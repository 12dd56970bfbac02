using Secateur.Graph;

namespace Secateur.Tests.Graph;

/// <summary>A valid small network with one node of each kind, open to changes before it is built.</summary>
internal sealed class Draft
{
    public Draft()
    {
        Parameters =
        [
            new("conv.weight", [4, 3, 3, 3], ParameterKind.ConvWeight),
            new("conv.bias", [4], ParameterKind.ConvBias),
            new("norm.weight", [4], ParameterKind.NormGamma),
            new("norm.bias", [4], ParameterKind.NormBeta),
            new("norm.running_mean", [4], ParameterKind.NormMean),
            new("norm.running_var", [4], ParameterKind.NormVariance),
            new("slope.weight", [1], ParameterKind.Slope),
            new("fusion", [2, 2], ParameterKind.FusionWeight),
        ];
        Nodes =
        [
            new InputNode("image", 3),
            new Conv2dNode("conv", 0, "conv.weight", "conv.bias", Stride: 1, Padding: 1, Groups: 1),
            new BatchNormNode("norm", 1, "norm"),
            new PReluNode("slope", 2, "slope.weight"),
            new AddNode("add", new(3), new(1), 4),
            new WeightedFusionNode("fuse", new(4), new(3, [0, 1, 2, 3]), 4, "fusion", 1),
            new ConcatNode("concat", [4, 5]),
            new MaxOutNode("maxout", 6),
            new UpsampleNode("up", 5, 0, UpsampleMode.Bilinear),
            new ReluNode("relu", 8),
            new OnesNode("ones", 9),
            new ClipNode("clip", 5, 0, 6),
            new SigmoidNode("sigmoid", 11),
            new GlobalAveragePoolNode("mean", 12),
            new MultiplyNode("product", 5, 13),
            new AveragePool2dNode("average", 14, 3, 2, 1, CountPadding: true),
        ];
        Outputs = [new("y", 7)];
        Levels = [new(4, 16, loc: 8, scores: 7)];
    }

    public List<Node> Nodes { get; }

    public List<ParameterSpec> Parameters { get; }

    public List<NetworkOutput> Outputs { get; }

    public List<DetectionLevel> Levels { get; }

    public DetectorHead Head { get; set; } = DetectorHead.None;

    public Conv2dNode Conv
    {
        get => (Conv2dNode)Nodes[1];
        set => Nodes[1] = value;
    }

    public WeightedFusionNode Fusion
    {
        get => (WeightedFusionNode)Nodes[5];
        set => Nodes[5] = value;
    }

    public void Change(string parameter, Func<ParameterSpec, ParameterSpec> change)
    {
        var at = Parameters.FindIndex(p => p.Name == parameter);
        Parameters[at] = change(Parameters[at]);
    }

    public Network Build() => new("draft", Nodes, Parameters, Outputs, Head with { Levels = [.. Levels] });
}
