using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Lowering.Narrowing;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Reference;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Training.Tests.Engine;
using Secateur.Training.Tests.Reference;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests;

/// <summary>Every kind of node goes through every pass; one that a pass does not know is refused by it.</summary>
public class EveryNodeTests
{
    private const int Height = 9;
    private const int Width = 11;

    /// <summary>What is between two convolutions, for each kind.</summary>
    private static readonly Dictionary<Type, Func<NetworkBuilder, int, int>> Kinds = new()
    {
        [typeof(InputNode)] = (_, x) => x,
        [typeof(OnesNode)] = (g, x) => g.Add(x, g.Conv2d(g.Ones(x), "ones_conv", 4, 3, padding: 1), "sum"),
        [typeof(Conv2dNode)] = (g, x) => g.Conv2d(x, "middle", 4, 3, stride: 2, padding: 1, groups: 2, bias: true),
        [typeof(BatchNormNode)] = (g, x) => g.BatchNorm(x, "norm", epsilon: 1e-3),
        [typeof(ReluNode)] = (g, x) => g.Relu(x),
        [typeof(PReluNode)] = (g, x) => g.PRelu(x, "slope"),
        [typeof(ClipNode)] = (g, x) => g.Clip(x, -0.5f, 1.5f),
        [typeof(SigmoidNode)] = (g, x) => g.Sigmoid(x),
        [typeof(MultiplyNode)] = (g, x) => g.Multiply(x, g.GlobalAveragePool(g.Conv2d(x, "factors", 4, 3, padding: 1)), "product"),
        [typeof(AddNode)] = (g, x) => g.Add(x, g.Relu(x), "sum"),
        [typeof(WeightedFusionNode)] = (g, x) => g.Fuse(x, g.Relu(x), "fusion", column: 1, columns: 2),
        [typeof(UpsampleNode)] = (g, x) => g.Upsample(g.Conv2d(x, "small", 4, 3, stride: 2, padding: 1), x, UpsampleMode.Bilinear),
        [typeof(ConcatNode)] = (g, x) => g.Concat("joined", x, g.Relu(x)),
        [typeof(SelectNode)] = (g, x) => g.Select(x, 0, 2),
        [typeof(MaxOutNode)] = (g, x) => g.MaxOut(x),
        [typeof(MaxPool2dNode)] = (g, x) => g.MaxPool2d(x, kernel: 3, stride: 2, padding: 1),
        [typeof(AveragePool2dNode)] = (g, x) => g.AveragePool2d(x, kernel: 3, stride: 2, padding: 1, countPadding: true),
        [typeof(GlobalAveragePoolNode)] = (g, x) => g.GlobalAveragePool(x),
    };

    public static TheoryData<string> Names =>
        [.. typeof(Node).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Node)) && !t.IsAbstract).Select(t => t.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_kind_goes_through_every_pass(string kind)
    {
        var model = ModelWith(kind);
        var network = model.Network;
        Assert.Contains(network.Nodes, n => n.GetType().Name == kind);

        Assert.Equal(network.Nodes.Length, NetworkShapes.Infer(network, Height, Width).Length);
        Assert.Equal(network.Nodes.Length, new MapSizes(network).Of.Length);
        Assert.False(FixedNodes.Find(network)[network.Outputs[0].Node]);
        Assert.True(NetworkCosts.CountMacs(network, Height, Width) > 0);
        Assert.Equal(NetworkJson.Write(network), NetworkJson.Write(NetworkJson.Read(NetworkJson.Write(network))));

        AssertSame(model, FoldBatchNorm.Run(model), "folded");
        var masked = new FilterMask([KeyValuePair.Create("first", ImmutableArray.Create(1, 3))]).Apply(model);
        var compacted = Compactor.Compact(masked);
        AssertSame(masked, compacted, "compacted");
        Assert.True(NetworkCosts.CountMacs(compacted.Network, Height, Width) <= NetworkCosts.CountMacs(network, Height, Width));
        foreach (var each in new[] { model, compacted }) AssertRuns(each);

        var step = EngineComparison.OfOutputs(model, PlanExecutorTests.Images, Height, Width, seed: 1);
        Assert.True(step.KinkMargin > 1e-6, $"margin {step.KinkMargin}");
        PlanExecutorTests.Compare(model, step, Height, Width, kind);
    }

    [Fact]
    public void An_unknown_kind_is_refused_by_name()
    {
        var node = new ForeignNode("strange", 0);
        Refuses(() => new Network("n", [new InputNode("x", 3), node], [], [new NetworkOutput("y", 1)], DetectorHead.None));
        Refuses(() => ChannelRule.Of(node));
        Refuses(() => NetworkJson.Write(json => NodeJson.Write(json, node)));
        Refuses(() => node.Rename(name => name));
        Refuses(() => ChannelRule.Of(new BatchNormNode("strange", 0, "norm")), nameof(BatchNormNode));

        static void Refuses(Func<object> pass, string kind = nameof(ForeignNode))
        {
            var message = Assert.Throws<NetworkException>(pass).Message;
            Assert.Contains("'strange'", message, StringComparison.Ordinal);
            Assert.Contains(kind, message, StringComparison.Ordinal);
        }
    }

    private static Model ModelWith(string kind)
    {
        var g = new NetworkBuilder("every");
        var x = g.Conv2d(g.Input(3), "first", 4, 3, padding: 1, bias: true);
        x = Kinds.Single(k => k.Key.Name == kind).Value(g, x);
        g.Output("y", g.Conv2d(x, "last", 2, 3, padding: 1));
        return RandomWeights.Fill(g.Build(), seed: 2);
    }

    private static void AssertSame(Model expected, Model actual, string where)
    {
        var image = Batches.Split(Batches.Random(3 * Height * Width, 1), 1, 3, Height, Width)[0];
        var (a, b) = (ReferenceExecutor.Run(expected, image)[expected.Network.Outputs[0].Node], ReferenceExecutor.Run(actual, image)[actual.Network.Outputs[0].Node]);
        var largest = a.Data.Max(Math.Abs);
        Assert.All(a.Data.Zip(b.Data), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-5 * largest, $"{where}: {pair}"));
    }

    private static void AssertRuns(Model model)
    {
        var input = Batches.Random(3 * Height * Width, 1);
        var node = model.Network.Outputs[0].Node;
        var expected = ReferenceExecutor.Run(model, Batches.Split(input, 1, 3, Height, Width)[0])[node];
        using var session = new InferenceEngine(model).CreateSession(threads: 2);
        session.Run(input, Height, Width);
        var actual = new float[expected.Data.Length];
        session.CopyOutput("y", actual);
        var largest = expected.Data.Max(Math.Abs);
        Assert.All(expected.Data.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-5 * largest, $"{pair}"));
    }

    private sealed record ForeignNode(string Name, int Input) : Node(Name)
    {
        public override ImmutableArray<int> Inputs => [Input];

        public override ImmutableArray<string> Parameters => ["weight"];

        public override Node Rewire(Func<int, int> position) => this;

        public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
    }
}
