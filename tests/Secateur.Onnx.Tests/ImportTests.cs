using Secateur.Graph;
using Secateur.Models;
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
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Tests;

/// <summary>Where imported networks end, what is kept behind them, and what is not taken.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("eresfd", HeadTests.Form.Original)]
    [InlineData("eresfd", HeadTests.Form.Masked)]
    [InlineData("eresfd", HeadTests.Form.Compacted)]
    [InlineData("extd32", HeadTests.Form.Original)]
    [InlineData("extd32", HeadTests.Form.Masked)]
    [InlineData("extd32", HeadTests.Form.Compacted)]
    public void Networks_of_the_product_come_back(string architecture, HeadTests.Form form)
    {
        var model = HeadTests.Create(architecture, form);
        var again = OnnxImporter.Import("again.onnx", OnnxExporter.Export(model, new OnnxExportOptions()).Content, new OnnxImportOptions()).Model;
        foreach (var (height, width) in new[] { (96, 128), (77, 131) })
        {
            var image = Numbers(height, 3 * height * width);
            using var before = new InferenceEngine(model).CreateSession();
            using var after = new InferenceEngine(again).CreateSession();
            before.Run(image, height, width);
            after.Run(image, height, width);
            foreach (var output in model.Network.Outputs)
            {
                var shape = before.OutputShape(output.Name);
                Assert.Equal(shape, after.OutputShape(output.Name));
                var (expected, found) = (new float[shape.Channels * shape.Area], new float[shape.Channels * shape.Area]);
                before.CopyOutput(output.Name, expected);
                after.CopyOutput(output.Name, found);
                var largest = expected.Max(Math.Abs);
                var worst = expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / largest;
                Assert.True(worst <= (form == HeadTests.Form.Compacted ? 1e-5 : 1e-6), $"{output.Name} at {height} x {width} differs by {worst:E1}");
            }
        }
    }

    [Fact]
    public void A_network_ends_with_its_last_maps_and_keeps_what_makes_results_of_them()
    {
        var imported = OnnxImporter.Import("ssd.onnx", Detector().File(), new OnnxImportOptions { Name = "ssd" });
        var network = imported.Model.Network;
        Assert.Equal("ssd", network.Architecture);
        Assert.Equal(["scores_map", "boxes_map"], network.Outputs.Select(o => o.Name));
        Assert.Equal("Transpose Reshape Softmax Transpose Reshape Exp", string.Join(' ', imported.Tail));
        Assert.Equal(["boxes_map", "scores_map"], network.Head.Layers.Order());
        Assert.Equal(2, network.PrunableLayers().Count());
        Assert.Equal("imported from ssd.onnx", Assert.Single(imported.Model.Info.Provenance));
    }

    [Fact]
    public void Files_pruning_and_compaction_keep_the_results_of_the_graph()
    {
        var file = Detector().File();
        var imported = OnnxImporter.Import("ssd.onnx", file, new OnnxImportOptions()).Model;
        var path = _folder.PathOf("ssd.safetensors");
        ModelFile.Write(path, imported);
        var masked = new PruningPlan(0.5).Select(imported, new GeometricMedian()).Apply(ModelFile.Read(path));
        ModelFile.Write(path, Compactor.Compact(masked));
        var compacted = ModelFile.Read(path);
        Assert.True(NetworkCosts.CountParameters(compacted.Network) < NetworkCosts.CountParameters(imported.Network));

        var image = Numbers(1, 3 * 32 * 32);
        using var original = new OnnxRun(file);
        var (names, maskedResults, compactedResults) = (original.Run(image, 1, 3, 32, 32), Run(masked), Run(compacted));
        Assert.Equal(names.Select(n => (n.Key, string.Join(' ', n.Value.Shape))), compactedResults.Select(n => (n.Key, string.Join(' ', n.Value.Shape))));
        foreach (var (name, value) in maskedResults) Assert.All(value.Data.Zip(compactedResults[name].Data), v => Assert.Equal(v.First, v.Second, 1e-4));

        Dictionary<string, RunValue> Run(Model model)
        {
            using var run = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions()));
            return run.Run(image, 1, 3, 32, 32);
        }
    }

    [Fact]
    public void An_imported_graph_is_written_in_its_own_version_and_size()
    {
        var model = OnnxImporter.Import("ssd.onnx", Detector().File(17), new OnnxImportOptions()).Model;
        Assert.Equal(17, OnnxExporter.Export(model, new OnnxExportOptions()).Opset);
        Assert.Contains("17", Assert.Throws<ArgumentException>(() => OnnxExporter.Export(model, new OnnxExportOptions { Opset = 14 })).Message, StringComparison.Ordinal);
        Assert.Throws<NetworkException>(() => OnnxExporter.Export(model, new OnnxExportOptions { Size = (64, 64) }));
        Assert.Equal("image [1, 3, 32, 32] float32", Assert.Single(OnnxExporter.Export(model, new OnnxExportOptions { Size = (32, 32) }).Inputs).ToString());
    }

    [Fact]
    public void All_that_cannot_be_taken_is_told_at_once()
    {
        var draft = new OnnxDraft(1, 1, 3, 16, 16);
        var x = draft.Add("Tanh", [draft.Conv("image", 3, 4, 3, 3)]);
        x = draft.Conv(x, 4, 4, 3, 3, attributes: Integers("strides", 1, 2));
        x = draft.Add("Softmax", [draft.Conv(draft.Add("Elu", [draft.Conv("image", 3, 4, 1, 1)]), 4, 4, 1, 1)]);
        var problem = Assert.Throws<InvalidFileException>(() => OnnxImporter.Import("m.onnx", draft.Outputs(x).File(), new OnnxImportOptions())).Problem;
        Assert.Contains("2 of its", problem, StringComparison.Ordinal);
        Assert.Contains("'tanh' (Tanh): is no operator that is taken", problem, StringComparison.Ordinal);
        Assert.Contains("'elu' (Elu)", problem, StringComparison.Ordinal);

        draft = new OnnxDraft(1, 1, 3, 16, 16);
        x = draft.Conv(draft.Conv("image", 3, 4, 3, 3, attributes: Integers("strides", 1, 2)), 4, 4, 3, 3);
        problem = Assert.Throws<InvalidFileException>(() => OnnxImporter.Import("m.onnx", draft.Outputs(x).File(), new OnnxImportOptions())).Problem;
        Assert.Contains("'conv0' (Conv): has the strides 1 and 2", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 3, 1, new[] { 0L, 1, 0, 1 })]
    [InlineData(5, 1, 1, new[] { 2L, 0, 2, 0 })]
    [InlineData(3, 3, 1, new[] { 0L, 0, 1, 1 })]
    [InlineData(3, 3, 2, new[] { 0L, 0, 1, 1 })]
    [InlineData(3, 3, 2, new[] { 1L, 1, 0, 0 })]
    [InlineData(4, 4, 2, new[] { 1L, 1, 1, 1 })]
    [InlineData(2, 2, 1, new[] { 1L, 1, 0, 0 })]
    [InlineData(1, 1, 2, new[] { 1L, 1, 1, 1 })]
    public void Windows_that_are_not_square_become_such(int height, int width, int stride, long[] pads)
    {
        var draft = new OnnxDraft(2, -1, 3, -1, -1);
        var x = draft.Conv("image", 3, 4, height, width, attributes: [Integers("pads", pads), Integers("strides", stride, stride)]);
        var file = draft.Outputs(draft.Conv(draft.Add("Relu", [x]), 4, 2, 1, 1)).File();
        foreach (var size in new[] { 16, 17, 20 }) AssertSame(file, 3, size, size + 3);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public void Older_operators_are_read_as_they_were(int opset)
    {
        var draft = new OnnxDraft(3, 1, 4, 8, 8);
        var x = draft.Conv("image", 4, 4, 3, 3, attributes: [Integers("pads", 1, 1, 1, 1), Integers("strides", 2, 2)]);
        var pooled = draft.Add("Dropout", [opset < 11 ? draft.Add("Clip", [x], OnnxDraft.Number("min", 0), OnnxDraft.Number("max", 6)) : draft.Add("Clip", [x, draft.Graph.Number(0), draft.Graph.Number(6)])]);
        AttributeProto[] floor = [Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor")];
        var scales = draft.Graph.Weight("scales", [1, 1, 2, 2], [4]);
        var up = opset switch
        {
            < 9 => draft.Add("Upsample", [pooled], new AttributeProto { Name = "scales", Type = AttributeProto.Types.AttributeType.Floats, Floats = { 1, 1, 2, 2 } }),
            9 => draft.Add("Upsample", [pooled, scales]),
            10 => draft.Add("Resize", [pooled, scales]),
            _ => draft.Add("Resize", [pooled, draft.Graph.Weight("roi", [], [0]), scales], floor),
        };
        var part = opset < 10
            ? draft.Add("Slice", ["image"], Integers("starts", 0), Integers("ends", 2), Integers("axes", 1))
            : draft.Add("Slice", ["image", draft.Graph.Integers(0), draft.Graph.Integers(2), draft.Graph.Integers(1)]);
        var last = draft.Conv(draft.Add("Concat", [up, part], Integer("axis", 1)), 6, 4, 1, 1);
        draft.Outputs(draft.Add("Softmax", [last], Integer("axis", 2)), draft.Add("Unsqueeze", [last], Integers("axes", 0)));
        AssertSame(draft.File(opset), 4, 8, 8);
    }

    [Fact]
    public void Weights_of_two_uses_stay_one_layer()
    {
        var draft = new OnnxDraft(4, 1, 3, 16, 16);
        var x = draft.Conv("image", 3, 3, 3, 3, attributes: Integers("pads", 1, 1, 1, 1));
        var again = draft.Graph.Add("Conv", "again", [draft.Add("Relu", [x]), "conv0.weight", "conv0.bias"], Integers("pads", 1, 1, 1, 1));
        var scaled = draft.Add("Mul", [again, draft.Graph.Number(2)]);
        var file = draft.Outputs(draft.Conv(scaled, 3, 2, 1, 1)).File();
        var network = OnnxImporter.Import("m.onnx", file, new OnnxImportOptions()).Model.Network;
        Assert.Equal(2, network.Nodes.OfType<Conv2dNode>().Count(c => c.Layer == "conv0"));
        AssertSame(file, 3, 16, 16);
    }

    [Fact]
    public void A_scaled_result_that_others_read_too_stays()
    {
        var draft = new OnnxDraft(5, 1, 3, 16, 16);
        var x = draft.Conv("image", 3, 3, 1, 1);
        var alias = draft.Add("Identity", [x]);
        var scaled = draft.Add("Mul", [alias, draft.Graph.Number(3)]);
        AssertSame(draft.Outputs(draft.Conv(draft.Add("Add", [scaled, x]), 3, 2, 1, 1)).File(), 3, 16, 16);
    }

    [Fact]
    public void Preprocessing_is_part_of_the_network()
    {
        var draft = new OnnxDraft(6, 1, 3, 16, 16);
        var x = draft.Add("Div", [draft.Add("Sub", ["image", draft.Positive("mean", 1, 3, 1, 1)]), draft.Positive("deviation", 1, 3, 1, 1)]);
        var file = draft.Outputs(draft.Conv(draft.Add("Relu", [draft.Conv(x, 3, 4, 3, 3, attributes: Integers("pads", 1, 1, 1, 1))]), 4, 2, 1, 1)).File();
        AssertSame(file, 3, 16, 16);
        var network = OnnxImporter.Import("m.onnx", file, new OnnxImportOptions()).Model.Network;
        Assert.Equal(["conv0"], network.PrunableLayers().Select(l => l.Layer));
    }

    [Fact]
    public void Names_with_any_characters_are_told_apart()
    {
        var draft = new OnnxDraft(8, 1, 3, 8, 8);
        var (weight, other) = (draft.Numbers("w", 0.3f, 4, 3, 1, 1), draft.Numbers("w|a", 0.3f, 4, 3, 1, 1));
        var first = draft.Graph.Add("Conv", "first", ["image", weight, draft.Numbers("a|b", 0.3f, 4)]);
        var second = draft.Graph.Add("Conv", "second", ["image", other, draft.Numbers("b", 0.3f, 4)]);
        AssertSame(draft.Outputs(draft.Conv(draft.Add("Concat", [first, second], Integer("axis", 1)), 8, 2, 1, 1)).File(), 3, 8, 8);
    }

    [Fact]
    public void Names_of_constants_that_were_attributes_are_no_ones_else()
    {
        var draft = new OnnxDraft(8, 1, 4, 8, 8);
        var part = draft.Add("Slice", ["image"], Integers("starts", 0), Integers("ends", 2), Integers("axes", 1));
        var later = draft.Conv(part, 2, 2, 1, 1);
        var file = draft.Outputs(later);
        draft.Graph.Graph.Output[0].Name = draft.Graph.Graph.Node[^1].Output[0] = part + ".starts";
        AssertSame(file.File(9), 4, 8, 8);
    }

    [Fact]
    public void Constants_keep_their_types_behind_the_network()
    {
        var draft = new OnnxDraft(8, 1, 3, 8, 8);
        var indices = new TensorProto { Name = "indices", DataType = (int)TensorProto.Types.DataType.Int32, Dims = { 2 }, Int32Data = { 1, 0 } };
        draft.Graph.Graph.Initializer.Add(indices);
        var joined = draft.Add("Concat", ["indices", "indices"], Integer("axis", 0));
        var picked = draft.Add("Gather", [draft.Conv("image", 3, 2, 1, 1), draft.Add("Mul", [joined, joined])], Integer("axis", 2));
        AssertSame(draft.Outputs(picked).File(), 3, 8, 8);
    }

    [Theory]
    [InlineData(1.25f, "linear", 7)]
    [InlineData(1.5f, "nearest", 7)]
    [InlineData(1.2f, "linear", 5)]
    public void Scales_that_are_rounded_are_not_taken(float scale, string mode, int size)
    {
        var draft = new OnnxDraft(1, 1, 3, size, size);
        var up = draft.Add(
            "Resize",
            [draft.Conv("image", 3, 4, 1, 1), "", draft.Graph.Weight("scales", [1, 1, scale, scale], [4])],
            [Text("mode", mode), Text("coordinate_transformation_mode", mode == "linear" ? "half_pixel" : "asymmetric"), Text("nearest_mode", "floor")]);
        Refuses(draft.Outputs(draft.Conv(up, 4, 2, 1, 1)), "'resize' (Resize): has the scale");
    }

    [Fact]
    public void What_has_another_meaning_here_is_not_taken()
    {
        var draft = new OnnxDraft(1, 1, 3, 8, 8);
        var padded = draft.Add("Pad", ["image", draft.Graph.Integers(0, 0, 1, 0, 0, 0, 0, 1)]);
        var pool = draft.Add("AveragePool", [padded], Integers("kernel_shape", 3, 3), Integers("pads", 0, 1, 1, 0));
        Refuses(draft.Outputs(draft.Conv(pool, 3, 2, 1, 1)), "'averagepool' (AveragePool): pads a padded map once more");

        draft = new OnnxDraft(1, 1, 3, 8, 8);
        var factor = draft.Add("Squeeze", [draft.Numbers("factor", 1, 2, 3, 1, 1), draft.Graph.Integers(0)]);
        Refuses(draft.Outputs(draft.Conv(draft.Add("Mul", ["image", factor]), 3, 2, 1, 1)), "'squeeze' (Squeeze)");

        draft = new OnnxDraft(1, 1, 3, 8, 8);
        var norm = draft.Graph.Add("BatchNormalization", "norm", ["image", draft.Positive("g", 3), draft.Positive("b", 3), draft.Positive("m", 3), draft.Positive("v", 3)]);
        draft.Graph.Graph.Node[^1].Output.Add("mean");
        Refuses(draft.Outputs(draft.Conv(norm, 3, 2, 1, 1)), "'norm' (BatchNormalization): is in training mode");

        draft = new OnnxDraft(1, 1, 3, 8, 8);
        var mean = draft.Add("GlobalAveragePool", ["image"]);
        var flat = draft.Add("Reshape", [mean, draft.Graph.Integers(0, -1)], Integer("allowzero", 1));
        Refuses(draft.Outputs(draft.Add("MatMul", [flat, draft.Numbers("matrix", 1, 3, 3)])), "'reshape' (Reshape): makes a map without elements");

        draft = new OnnxDraft(1, 1, 3, -1, -1);
        var x = draft.Conv("image", 3, 4, 1, 1);
        var half = draft.Add("Mul", [draft.Add("Div", [draft.Add("Shape", [x]), draft.Graph.Integers(2)]), draft.Graph.Integers(2)]);
        Refuses(draft.Outputs(draft.Conv(draft.Add("Resize", [x, "", "", half]), 4, 2, 1, 1)), "'div' (Div): divides sizes of maps");
    }

    private static void Refuses(OnnxDraft draft, string problem) => Assert.Contains(
        problem, Assert.Throws<InvalidFileException>(() => OnnxImporter.Import("m.onnx", draft.File(14), new OnnxImportOptions())).Message, StringComparison.Ordinal);

    private static OnnxDraft Detector()
    {
        var draft = new OnnxDraft(7, 1, 3, 32, 32);
        var x = draft.Add("Relu", [draft.Conv("image", 3, 16, 3, 3, attributes: [Integers("pads", 1, 1, 1, 1), Integers("strides", 2, 2)])]);
        x = draft.Add("Relu", [draft.Conv(x, 16, 16, 3, 3, attributes: Integers("pads", 1, 1, 1, 1))]);
        var scores = Named("scores_map", 2);
        var boxes = Named("boxes_map", 4);
        var shape = draft.Graph.Integers(1, -1, 2);
        return draft.Outputs(
            draft.Add("Softmax", [draft.Add("Reshape", [draft.Add("Transpose", [scores], Integers("perm", 0, 2, 3, 1)), shape])], Integer("axis", -1)),
            draft.Add("Exp", [draft.Add("Reshape", [draft.Add("Transpose", [boxes], Integers("perm", 0, 2, 3, 1)), draft.Graph.Integers(1, -1, 4)])]));

        string Named(string name, int filters) => draft.Graph.Add(
            "Conv", name, [x, draft.Numbers($"{name}.weight", 0.2f, filters, 16, 1, 1), draft.Numbers($"{name}.bias", 0.2f, filters)]);
    }

    private static void AssertSame(byte[] file, int channels, int height, int width)
    {
        var image = Numbers(height, channels * height * width);
        using var original = new OnnxRun(file);
        var model = OnnxImporter.Import("m.onnx", file, new OnnxImportOptions()).Model;
        using var again = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions()));
        var (expected, found) = (original.Run(image, 1, channels, height, width), again.Run(image, 1, channels, height, width));
        foreach (var (name, value) in expected)
        {
            Assert.Equal(value.Shape, found[name].Shape);
            Assert.All(value.Data.Zip(found[name].Data), v => Assert.Equal(v.First, v.Second, 1e-5));
        }
    }

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];
    }
}
