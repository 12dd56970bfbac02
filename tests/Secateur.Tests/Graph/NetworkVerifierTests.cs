using System.Collections.Immutable;
using Secateur.Graph;
using Xunit;

namespace Secateur.Tests.Graph;

/// <summary>Every rule of the graph, broken one at a time.</summary>
public class NetworkVerifierTests
{
    private static readonly Dictionary<string, Action<Draft>> Breaches = new()
    {
        ["parameter 'conv.weight' is declared twice"] = d => d.Parameters.Add(d.Parameters[0]),
        ["parameter 'conv.bias' has the shape [0]"] = d => d.Parameters[1] = d.Parameters[1] with { Shape = [0] },
        ["parameter 'spare' is used by no node"] = d => d.Parameters.Add(new ParameterSpec("spare", [1], ParameterKind.Slope)),
        ["its parameters have more than 268435456 elements"] = d => d.Parameters[0] = d.Parameters[0] with { Shape = [60_000, 3, 50_000, 50_000] },
        ["two nodes are called 'conv'"] = d => d.Nodes[2] = d.Nodes[2] with { Name = "conv" },
        ["'relu' reads node 9, which does not come before it"] = d => d.Nodes[9] = new ReluNode("relu", 9),
        ["'relu' reads node 16, which does not come before it"] = d => d.Nodes[9] = new ReluNode("relu", 16),
        ["'relu' reads node -1, which does not come before it"] = d => d.Nodes[9] = new ReluNode("relu", -1),
        ["'ones' reads node 10, which does not come before it"] = d => d.Nodes[9] = new OnesNode("ones", 10),
        ["'mine' has the unknown type ForeignNode"] = d => d.Nodes[9] = new ForeignNode("mine"),
        ["'image' has 0 channels"] = d => d.Nodes[0] = new InputNode("image", 0),
        ["'image' has 65537 channels, more than 65536"] = d => d.Nodes[0] = new InputNode("image", 65537),
        ["'conv' has a weight called 'weight', which does not end in .weight"] = d => d.Conv = d.Conv with { Weight = "weight" },
        ["'conv' needs the parameter 'gone.weight'"] = d => d.Conv = d.Conv with { Weight = "gone.weight" },
        ["'conv' has a weight that is ConvWeight [4, 3, 3, 1], not ConvWeight [O, I, K, K]"] = d => d.Parameters[0] = d.Parameters[0] with { Shape = [4, 3, 3, 1] },
        ["'conv' has a weight that is ConvWeight [4, 27], not ConvWeight [O, I, K, K]"] = d => d.Parameters[0] = d.Parameters[0] with { Shape = [4, 27] },
        ["'conv' has a weight that is NormMean [4, 3, 3, 3], not ConvWeight"] = d => d.Parameters[0] = d.Parameters[0] with { Kind = ParameterKind.NormMean },
        ["'conv' has stride 0, padding 1, groups 1, kernel 3"] = d => d.Conv = d.Conv with { Stride = 0 },
        ["'conv' has stride 65, padding 1, groups 1, kernel 3"] = d => d.Conv = d.Conv with { Stride = 65 },
        ["'conv' has stride 1, padding -1, groups 1, kernel 3"] = d => d.Conv = d.Conv with { Padding = -1 },
        ["'conv' has stride 1, padding 3, groups 1, kernel 3"] = d => d.Conv = d.Conv with { Padding = 3 },
        ["'conv' has stride 1, padding 1, groups 1, kernel 3, dilation 0"] = d => d.Conv = d.Conv with { Dilation = 0 },
        ["'conv' has stride 1, padding 1, groups 1, kernel 3, dilation 65"] = d => d.Conv = d.Conv with { Dilation = 65 },
        ["'conv' has stride 1, padding 5, groups 1, kernel 3, dilation 2"] = d => d.Conv = d.Conv with { Padding = 5, Dilation = 2 },
        ["'conv' has stride 1, padding 1, groups 0, kernel 3"] = d => d.Conv = d.Conv with { Groups = 0 },
        ["'conv' has a weight of shape [4, 3, 3, 3] in 2 groups over 3 channels"] = d => d.Conv = d.Conv with { Groups = 2 },
        ["'conv' has a weight of shape [4, 1, 3, 3] in 3 groups over 3 channels"] = d =>
        {
            d.Conv = d.Conv with { Groups = 3 };
            d.Parameters[0] = d.Parameters[0] with { Shape = [4, 1, 3, 3] };
        },
        ["'conv' has a weight of shape [4, 1431655766, 3, 3] in 3 groups over 2 channels"] = d =>
        {
            // 3 * 1431655766 is 2 in 32 bits.
            d.Nodes[0] = new InputNode("image", 2);
            d.Conv = d.Conv with { Groups = 3 };
            d.Parameters[0] = d.Parameters[0] with { Shape = [4, 1431655766, 3, 3] };
        },
        ["'conv' needs the parameter 'conv.bias', ConvBias [4], found ConvBias [5]"] = d => d.Parameters[1] = d.Parameters[1] with { Shape = [5] },
        ["'conv' needs the parameter 'conv.bias', ConvBias [4], found Slope [4]"] = d => d.Parameters[1] = d.Parameters[1] with { Kind = ParameterKind.Slope },
        ["'conv' needs the parameter 'gone', ConvBias [4], found nothing"] = d => d.Conv = d.Conv with { Bias = "gone" },
        ["'norm' needs the parameter 'norm.weight', NormGamma [4]"] = d => d.Change("norm.weight", p => p with { Shape = [3] }),
        ["'norm' needs the parameter 'norm.bias', NormBeta [4]"] = d => d.Change("norm.bias", p => p with { Shape = [2, 2] }),
        ["'norm' needs the parameter 'norm.running_mean', NormMean [4]"] = d => d.Change("norm.running_mean", p => p with { Kind = ParameterKind.NormBeta }),
        ["'norm' needs the parameter 'norm.running_var', NormVariance [4]"] = d => d.Change("norm.running_var", p => p with { Name = "gone" }),
        ["'slope' needs the parameter 'slope.weight', Slope [4], found Slope [3]"] = d => d.Change("slope.weight", p => p with { Shape = [3] }),
        ["'slope' needs the parameter 'slope.weight', Slope [4], found Slope [4, 1, 1]"] = d => d.Change("slope.weight", p => p with { Shape = [4, 1, 1] }),
        ["'clip' clips to the range from 6 to 6"] = d => d.Nodes[11] = new ClipNode("clip", 5, 6, 6),
        ["'clip' clips to the range from 0 to NaN"] = d => d.Nodes[11] = new ClipNode("clip", 5, 0, float.NaN),
        ["'product' multiplies 4 channels by 3"] = d => d.Nodes[14] = new MultiplyNode("product", 5, 0),
        ["'average' has stride 2, padding 2, kernel 3"] = d => d.Nodes[15] = new AveragePool2dNode("average", 5, 3, 2, 2, CountPadding: false),
        ["'average' has stride 2, padding 0, kernel 0"] = d => d.Nodes[15] = new AveragePool2dNode("average", 5, 0, 2, 0, CountPadding: false),
        ["'add' has 0 channels"] = d => d.Nodes[4] = new AddNode("add", new(3), new(1), 0),
        ["'add' has 65537 channels"] = d => d.Nodes[4] = new AddNode("add", new(3), new(1), 65537),
        ["'add' adds 4 channels to 5 without saying which"] = d => d.Nodes[4] = new AddNode("add", new(3), new(1, [0, 1, 2, 3]), 5),
        ["'add' maps 4 channels to [0, 1, 2] of 4"] = d => d.Nodes[4] = new AddNode("add", new(3), new(1, [0, 1, 2]), 4),
        ["'add' maps 4 channels to [0, 1, 1, 2] of 4"] = d => d.Nodes[4] = new AddNode("add", new(3), new(1, [0, 1, 1, 2]), 4),
        ["'add' maps 4 channels to [0, 1, 2, 4] of 4"] = d => d.Nodes[4] = new AddNode("add", new(3), new(1, [0, 1, 2, 4]), 4),
        ["'add' maps 4 channels to [-1, 1, 2, 3] of 4"] = d => d.Nodes[4] = new AddNode("add", new(1, [-1, 1, 2, 3]), new(3), 4),
        ["'fuse' takes column 2 of FusionWeight [2, 2]"] = d => d.Fusion = d.Fusion with { Column = 2 },
        ["'fuse' takes column -1 of FusionWeight [2, 2]"] = d => d.Fusion = d.Fusion with { Column = -1 },
        ["'fuse' takes column 1 of FusionWeight [1, 2]"] = d => d.Change("fusion", p => p with { Shape = [1, 2] }),
        ["'fuse' takes column 1 of ConvBias [2, 2]"] = d => d.Change("fusion", p => p with { Kind = ParameterKind.ConvBias }),
        ["'fuse' needs the parameter 'gone'"] = d => d.Fusion = d.Fusion with { Weights = "gone" },
        ["'concat' has no parts"] = d => d.Nodes[6] = new ConcatNode("concat", []),
        ["'concat' has 80000 channels, more than 65536"] = d => d.Nodes[6] = new ConcatNode("concat", [.. Enumerable.Repeat(4, 20_000)]),
        ["'narrow' needs two or more channels, found 1"] = d => (d.Nodes[9], d.Nodes[10]) = (new OnesNode("ones", 0), new MaxOutNode("narrow", 9)),
        ["'up' has the unknown mode 7"] = d => d.Nodes[8] = new UpsampleNode("up", 5, 0, (UpsampleMode)7),
        ["there must be exactly one input"] = d => d.Nodes[9] = new InputNode("second", 3),
        ["there is no output"] = d => d.Outputs.Clear(),
        ["two outputs are called 'y'"] = d => d.Outputs.Add(new NetworkOutput("y", 0)),
        ["output 'z' is node 16, which does not exist"] = d => d.Outputs.Add(new NetworkOutput("z", 16)),
        ["output 'z' is node -1, which does not exist"] = d => d.Outputs.Add(new NetworkOutput("z", -1)),
        ["a level has stride 0 and anchor size 16"] = d => d.Levels[0] = d.Levels[0] with { Stride = 0 },
        ["a level has stride 4 and anchor size -1"] = d => d.Levels[0] = d.Levels[0] with { AnchorSizes = [-1] },
        ["the boxes of stride 4 are not 4 channels"] = d => d.Levels[0] = d.Levels[0] with { Loc = 0 },
        ["the scores of stride 4 are not 2 channels"] = d => d.Levels[0] = d.Levels[0] with { Scores = 99 },
        ["the boxes of stride 4 are not 8 channels; the scores of stride 4 are not 4 channels"] = d => d.Levels[0] = d.Levels[0] with { AnchorSizes = [16, 32] },
        ["the anchors are 0 times as high as wide, expected a number between 0 and 100"] = d => d.Head = d.Head with { AnchorAspect = 0 },
        ["the variances are 0.1 and 0, expected two positive numbers"] = d => d.Head = d.Head with { Variances = new BoxVariances(0.1f, 0) },
        ["the mean is [1, 2], expected three numbers"] = d => d.Head = d.Head with { Pixels = new PixelFormat([1, 2], PixelOrder.Rgb) },
        ["the pixels have the unknown order 5"] = d => d.Head = d.Head with { Pixels = d.Head.Pixels with { Order = (PixelOrder)5 } },
    };

    public static TheoryData<string> Rules => [.. Breaches.Keys];

    [Fact]
    public void The_network_that_the_rules_are_tested_on_keeps_them_all() => Assert.Equal(16, new Draft().Build().Nodes.Length);

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_breach_is_found(string problem)
    {
        var draft = new Draft();
        Breaches[problem](draft);
        Assert.Contains(problem, Assert.Throws<NetworkException>(draft.Build).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_breaches_are_listed()
    {
        var draft = new Draft();
        draft.Conv = draft.Conv with { Stride = 0 };
        draft.Outputs.Clear();
        var message = Assert.Throws<NetworkException>(draft.Build).Message;
        Assert.Contains("'conv' has stride 0", message, StringComparison.Ordinal);
        Assert.Contains("there is no output", message, StringComparison.Ordinal);
    }

    private sealed record ForeignNode(string Name) : Node(Name)
    {
        public override ImmutableArray<int> Inputs => [];

        public override Node Rewire(Func<int, int> position) => this;

        public override SizeRule SizeIn(Network network) => new SizeRule.Image();
    }
}
