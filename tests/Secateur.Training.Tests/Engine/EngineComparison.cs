using Secateur.Graph;
using Secateur.Reference;
using Secateur.Training.Tests.Reference;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Engine;

/// <summary>
/// One training pass of <see cref="ReferenceTraining"/> over random images and random gradients of the results: what to put into a float32
/// engine, and what it should give.
/// </summary>
internal sealed class EngineComparison
{
    /// <summary>The name of a detector's encoded boxes among results and their gradients, [N, A, 4].</summary>
    public const string Locations = "locations";

    /// <summary>The name of a detector's logits among results and their gradients, [N, A, 2], after the max-out.</summary>
    public const string Scores = "scores";

    private EngineComparison(
        Model model, float[] input, IReadOnlyList<Volume[]> nodes, Dictionary<string, double[]> results, Dictionary<string, float[]> resultGradients,
        ReferenceGradients gradients, ReferenceTraining reference)
    {
        Input = input;
        Results = results;
        ResultGradients = resultGradients;
        Gradients = gradients.Parameters;
        InputGradient = Batches.Join(gradients.Input);
        Statistics = model.Network.Parameters.Where(p => !p.IsLearnable).ToDictionary(p => p.Name, p => reference.Parameters[p.Name]);
        LargestValue = nodes.Max(node => node.Max(image => image.Data.Max(Math.Abs)));
        KinkMargin = Kinks.Margin(model.Network, nodes);
    }

    /// <summary>The batch, [N, C, H, W].</summary>
    public float[] Input { get; }

    /// <summary>The gradient of the loss by each result; of the result's shape.</summary>
    public IReadOnlyDictionary<string, float[]> ResultGradients { get; }

    /// <summary>Expected: outputs by name, [N, C, h, w], or a detector's <see cref="Locations"/> and <see cref="Scores"/>.</summary>
    public IReadOnlyDictionary<string, double[]> Results { get; }

    /// <summary>Expected: the gradient of every learnable parameter.</summary>
    public IReadOnlyDictionary<string, double[]> Gradients { get; }

    /// <summary>Expected: the gradient of <see cref="Input"/>.</summary>
    public double[] InputGradient { get; }

    /// <summary>Expected: the running statistics after the pass.</summary>
    public IReadOnlyDictionary<string, double[]> Statistics { get; }

    /// <summary>The largest absolute value of any node.</summary>
    public double LargestValue { get; }

    /// <summary>See <see cref="Kinks.Margin"/>: where it is about the engine's rounding error, single gradients may jump.</summary>
    public double KinkMargin { get; }

    /// <summary>A pass with random gradients of the named outputs.</summary>
    /// <exception cref="NetworkException">The network cannot be trained at this size.</exception>
    public static EngineComparison OfOutputs(Model model, int images, int height, int width, int seed)
    {
        var (reference, input, nodes) = Forward(model, images, height, width, seed);
        var outputs = model.Network.Outputs;
        var results = outputs.ToDictionary(o => o.Name, o => Batches.Join(nodes[o.Node]));
        var resultGradients = RandomGradients(results, seed);
        var gradients = reference.Backward(outputs.Select(o => (o.Node, Batches.SplitLike(resultGradients[o.Name], nodes[o.Node]))));
        return new EngineComparison(model, input, nodes, results, resultGradients, gradients, reference);
    }

    /// <summary>A pass with random gradients of all boxes and scores of a detector.</summary>
    /// <exception cref="NetworkException">The network cannot be trained at this size.</exception>
    public static EngineComparison OfDetector(Model model, int images, int height, int width, int seed)
    {
        var (reference, input, nodes) = Forward(model, images, height, width, seed);
        var levels = model.Network.Head.Levels;
        var (locations, scores) = (levels.Select(l => nodes[l.Loc]).ToArray(), levels.Select(l => nodes[l.Scores]).ToArray());
        var results = new Dictionary<string, double[]> { [Locations] = AnchorOrder.Join(locations), [Scores] = AnchorOrder.Join(scores) };
        var resultGradients = RandomGradients(results, seed);
        var gradients = reference.Backward(
        [
            .. levels.Select(l => l.Loc).Zip(AnchorOrder.Split(ToDouble(resultGradients[Locations]), locations)),
            .. levels.Select(l => l.Scores).Zip(AnchorOrder.Split(ToDouble(resultGradients[Scores]), scores)),
        ]);
        return new EngineComparison(model, input, nodes, results, resultGradients, gradients, reference);
    }

    /// <summary>Asserts that a result agrees within <paramref name="tolerance"/> of the largest value of any node.</summary>
    public void AssertResult(string name, ReadOnlySpan<float> actual, double tolerance, string where) =>
        AssertClose(Results[name], actual, tolerance * LargestValue, $"{where}: result {name}");

    /// <summary>Asserts that all parameter gradients, laid out as <paramref name="layout"/> says, agree within <paramref name="tolerance"/> of the largest of them.</summary>
    public void AssertGradients(ParameterVector layout, ReadOnlySpan<float> actual, double tolerance, string where)
    {
        var largest = Gradients.Values.Max(g => g.Max(Math.Abs));
        Assert.Equal(layout.Values.Length, actual.Length);
        foreach (var spec in layout.Specs)
            AssertClose(Gradients[spec.Name], actual[layout.RangeOf(spec.Name)], tolerance * largest, $"{where}: gradient of {spec.Name}");
    }

    /// <summary>Asserts that the running statistics agree within <paramref name="tolerance"/> of the largest of each tensor, or of 1.</summary>
    public void AssertStatistics(IReadOnlyDictionary<string, float[]> actual, double tolerance, string where)
    {
        Assert.Equal(Statistics.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, expected) in Statistics)
            AssertClose(expected, actual[name], tolerance * Math.Max(1, expected.Max(Math.Abs)), $"{where}: {name}");
    }

    private static (ReferenceTraining Reference, float[] Input, IReadOnlyList<Volume[]> Nodes) Forward(Model model, int images, int height, int width, int seed)
    {
        var channels = model.Network.Nodes.OfType<InputNode>().Single().Channels;
        var input = Batches.Random(images * channels * height * width, seed);
        var reference = new ReferenceTraining(model);
        return (reference, input, reference.Forward(Batches.Split(input, images, channels, height, width)));
    }

    private static Dictionary<string, float[]> RandomGradients(Dictionary<string, double[]> results, int seed) =>
        results.Select((r, k) => KeyValuePair.Create(r.Key, Batches.Random(r.Value.Length, seed + k + 1))).ToDictionary();

    private static double[] ToDouble(float[] values) => Array.ConvertAll(values, value => (double)value);

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual, double allowed, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            // NaN is no small difference either.
            if (!(Math.Abs(expected[i] - actual[i]) <= allowed))
                Assert.Fail($"{where}[{i}] is {actual[i]:g6} instead of {expected[i]:g6}; allowed {allowed:g2}");
        }
    }
}
