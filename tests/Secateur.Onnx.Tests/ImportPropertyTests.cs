using Google.Protobuf;
using Secateur.Onnx.Export;
using Secateur.Onnx.Format;
using Secateur.Onnx.Import;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Onnx.Tests;

/// <summary>Random graphs over all operators that are taken, in ONNX Runtime as they were and as they are after import.</summary>
public sealed class ImportPropertyTests
{
    private const double Tolerance = 1e-4;
    private const int Seeds = 1000;

    [Fact]
    public void Random_graphs_stay_what_they_were()
    {
        var operators = new HashSet<string>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (file, graph) = RandomOnnxGraph.Create(seed);
            operators.UnionWith(graph.Operators);
            var imported = OnnxImporter.Import($"seed{seed}.onnx", file, new OnnxImportOptions());
            var image = Image(seed, graph.Channels * RandomOnnxGraph.Height * RandomOnnxGraph.Width);
            var expected = Run(file, graph, image);
            AssertSame(expected, Run(OnnxExporter.Export(imported.Model, new OnnxExportOptions()).Content, graph, image), $"seed {seed}, exported");
            AssertSame(Run(WithOutputs(file, imported.Model), graph, image), Run(imported.Model, image), $"seed {seed}, forward");

            var masked = new PruningPlan(0.4).Select(imported.Model, new L1Norm()).Apply(imported.Model);
            var compacted = Compactor.Compact(masked);
            AssertSame(
                Run(OnnxExporter.Export(masked, new OnnxExportOptions()).Content, graph, image),
                Run(OnnxExporter.Export(compacted, new OnnxExportOptions()).Content, graph, image),
                $"seed {seed}, compacted");
        }

        string[] taken =
        [
            "Conv", "BatchNormalization", "Relu", "LeakyRelu", "PRelu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Add", "Sub", "Mul", "Div", "Neg", "Concat", "Slice", "Split", "MaxPool",
            "AveragePool", "GlobalAveragePool", "ReduceMean", "Resize", "Pad", "Gemm", "MatMul", "Flatten", "Reshape", "Transpose", "Softmax", "Identity", "Shape", "Gather", "Unsqueeze",
        ];
        Assert.Empty(taken.Except(operators));
    }

    private static Dictionary<string, RunValue> Run(byte[] file, RandomOnnxGraph graph, float[] image)
    {
        using var run = new OnnxRun(file);
        return run.Run(image, 1, graph.Channels, RandomOnnxGraph.Height, RandomOnnxGraph.Width);
    }

    private static Dictionary<string, RunValue> Run(Model model, float[] image)
    {
        using var session = new InferenceEngine(model).CreateSession();
        session.Run(image, RandomOnnxGraph.Height, RandomOnnxGraph.Width);
        return model.Network.Outputs.ToDictionary(o => ValueOf(o.Name), o =>
        {
            var shape = session.OutputShape(o.Name);
            var data = new float[shape.Channels * shape.Area];
            session.CopyOutput(o.Name, data);
            return new RunValue([], data);
        });
    }

    /// <summary>The file with the values that are the network's outputs as results.</summary>
    private static byte[] WithOutputs(byte[] file, Model model)
    {
        var proto = ModelProto.Parser.ParseFrom(file);
        proto.Graph.Output.Clear();
        foreach (var output in model.Network.Outputs)
            proto.Graph.Output.Add(new ValueInfoProto { Name = ValueOf(output.Name), Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } });
        return proto.ToByteArray();
    }

    // What is flat in the graph is a map of one pixel in the network.
    private static string ValueOf(string output) => output.EndsWith(".map", StringComparison.Ordinal) ? output[..^4] : output;

    private static float[] Image(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => RandomWeights.Normal(random))];
    }

    private static void AssertSame(Dictionary<string, RunValue> expected, Dictionary<string, RunValue> found, string what)
    {
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach (var (name, value) in expected)
        {
            Assert.True(value.Data.Length == found[name].Data.Length, $"{what}: '{name}' has {found[name].Data.Length} values, expected {value.Data.Length}");
            var largest = Math.Max(1, value.Data.Max(Math.Abs));
            var difference = value.Data.Zip(found[name].Data, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(difference <= Tolerance * largest, $"{what}: '{name}' differs by {difference:E2}, largest value {largest:E2}");
        }
    }
}
