using Google.Protobuf;
using Secateur.Onnx.Format;
using Secateur.Onnx.Import;
using Secateur.TestSupport;
using Xunit;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Tests;

/// <summary>ONNX files that hold what no program should trust.</summary>
public sealed class ImportHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mutants_are_read_or_refused() =>
        ReaderFuzz.Run([Small().File(), RandomOnnxGraph.Create(5).File, RandomOnnxGraph.Create(12).File], path => OnnxImporter.Import(path, new OnnxImportOptions()), ".onnx");

    [Fact]
    public void No_file_of_the_format() => Rejects([0x08, 0x07, 0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "is no ONNX file");

    [Fact]
    public void Nothing_in_it() => Rejects([0x08, 0x07], "which version of ONNX's operators");

    [Fact]
    public void Many_empty_nodes_are_refused_before_they_are_parsed()
    {
        var graph = new byte[2_000_000];
        for (var i = 0; i < graph.Length; i += 2) graph[i] = 0x0A;
        using var content = new MemoryStream();
        using (var output = new CodedOutputStream(content, leaveOpen: true))
        {
            output.WriteTag(7, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(graph));
        }

        Rejects(content.ToArray(), "more fields than");
    }

    [Theory]
    [InlineData(6)]
    [InlineData(22)]
    public void Other_versions_of_the_operators(int opset) => Rejects(Small().File(opset), $"version {opset}", "from 7 to 21");

    [Fact]
    public void Names_that_occur_twice()
    {
        Rejects(Changed(g => g.Node[1].Output[0] = g.Node[0].Output[0]), "as another value is");
        Rejects(Changed(g => g.Initializer.Add(g.Initializer[0].Clone())), "as another value is");
        Rejects(Changed(g => g.Output.Add(g.Output[0].Clone())), "twice");
        Rejects(Changed(g => g.Initializer[0].Name = ""), "has no name");
    }

    [Fact]
    public void Cycles_and_values_that_nobody_gives()
    {
        Rejects(Changed(g => g.Node[0].Input[0] = g.Node[1].Output[0]), "which no node before it gives");
        Rejects(Changed(g => g.Node[0].Input[0] = "nowhere"), "'nowhere'", "which no node before it gives");
        Rejects(Changed(g => g.Output[0].Name = "nowhere"), "'nowhere'", "given by no node");
        Rejects(Changed(g => g.Output.Clear()), "no output");
    }

    [Fact]
    public void Tensors_whose_bytes_are_not_their_elements()
    {
        Rejects(Changed(g => g.Initializer[0].RawData = ByteString.CopyFrom(1, 2, 3)), "3 bytes, expected");
        Rejects(Changed(g => g.Initializer[0].Dims[0] = 1L << 40), "fewer than 2^31 elements");
        Rejects(Changed(g => g.Initializer[0].Dims[0] = -1), "dimensions of 0 or more");
        Rejects(Changed(g => g.Initializer[0].FloatData.Add(1)), "1 elements, expected");
        Rejects(Changed(g => g.Initializer[0].DataType = 8), "type 8");
        Rejects(Changed(g => g.Initializer[0].DataType = 99), "type 99");
        Rejects(Changed(g => g.Initializer[0].Segment = new Unread()), "a segment");
        Rejects(Changed(g => g.SparseInitializer.Add(new Unread())), "sparse");
    }

    [Fact]
    public void Weights_that_no_trained_network_has() => Rejects(
        Changed(g => g.Initializer[0].RawData = ByteString.CopyFrom([.. g.Initializer[0].RawData.ToByteArray()[..^4], 0, 0, 0xC0, 0x7F])), "has NaN at conv0.weight[3, 2, 2, 2]");

    [Fact]
    public void Inputs_that_are_no_image()
    {
        Rejects(Changed(g => g.Input[0].Type.TensorType.ElemType = 2), "float32");
        Rejects(Changed(g => g.Input[0].Type.TensorType.Shape.Dim.RemoveAt(0)), "3 sizes", "[N, C, H, W]");
        Rejects(Changed(g => g.Input[0].Type.TensorType.Shape.Dim[1] = new() { DimParam = "c" }), "0 channels");
        Rejects(Changed(g => g.Input[0].Type.TensorType.Shape.Dim[2].DimValue = 1 << 30), "pixels");
        Rejects(Changed(g => (g.Input[0].Type.TensorType.Shape.Dim[1].DimValue, g.Input[0].Type.TensorType.Shape.Dim[3].DimValue) = (16, 3)), "channels last");
        Rejects(Changed(g => g.Input.Add(new ValueInfoProto { Name = "more" })), "2 inputs", "expected one image");
        Rejects(Changed(g => g.Input.Clear()), "which no node before it gives");
    }

    [Fact]
    public void Graphs_in_graphs_functions_and_strange_operators()
    {
        Rejects(Changed(g => g.Node[0].Attribute.Add(new AttributeProto { Name = "body", G = new GraphProto() })), "a graph of its own");
        Rejects(Changed(g => g.Node[0].Domain = "com.example"), "'com.example'");
        var model = Small().Model();
        model.Functions.Add(new Unread());
        Rejects(model.ToByteArray(), "functions");
        var nested = new GraphProto();
        for (var depth = 0; depth < 40; depth++) nested = new GraphProto { Node = { new NodeProto { Attribute = { new AttributeProto { G = nested } } } } };
        model = Small().Model();
        model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", G = nested });
        Rejects(model.ToByteArray(), "nests more than");
    }

    [Fact]
    public void Constants_that_would_fill_the_memory_are_not_computed()
    {
        var draft = Small();
        for (var i = 0; i < 1000; i++) draft.Add("ConstantOfShape", [draft.Graph.Integers(1 << 11, 1 << 11)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        OnnxImporter.Import("many.onnx", draft.File(), new OnnxImportOptions());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 27);
    }

    [Fact]
    public void Many_shapes_of_one_constant_are_one_constant()
    {
        var draft = Small();
        var x = draft.Numbers("offset", 1, 2);
        for (var i = 0; i < 19_000; i++) x = draft.Add("Reshape", [x, "shape"]);
        draft.Graph.Graph.Initializer.Add(new TensorProto { Name = "shape", DataType = 7, Dims = { 3 }, Int64Data = { 2, 1, 1 } });
        var last = draft.Graph.Graph.Output[0].Name;
        draft.Graph.Graph.Output.Clear();
        draft.Outputs(draft.Conv(draft.Add("Add", [last, x]), 2, 2, 1, 1));
        OnnxImporter.Import("many.onnx", draft.File(), new OnnxImportOptions());
    }

    [Fact]
    public void Channels_and_weights_that_small_files_ask_for_are_bounded()
    {
        var draft = new OnnxDraft(1, 1, 3, 16, 16);
        var x = draft.Conv("image", 3, 4, 1, 1);
        for (var i = 0; i < 31; i++) x = draft.Add("Concat", [x, x], Integer("axis", 1));
        Rejects(draft.Outputs(draft.Conv(x, 1, 1, 1, 1)).File(), "(Concat): gives 131072 channels, expected at most 65536");
        draft = new OnnxDraft(1, 1, 768, 16, 16);
        x = draft.Conv("image", 768, 768, 1, 1, attributes: Integers("pads", 0, 0, 62, 62));
        Rejects(draft.Outputs(x).File(), "'conv0' (Conv): makes weights of");
    }

    [Fact]
    public void Maps_that_wait_for_each_other_do_not_take_forever()
    {
        var draft = new OnnxDraft(1, 1, 3, 16, 16);
        var x = draft.Conv("image", 3, 1, 1, 1, bias: false);
        var (scales, last) = (draft.Graph.Weight("scales", [1, 1, 2, 2], [4]), "");
        for (var i = 0; i < 300; i++)
        {
            var up = last = draft.Add("Resize", [x, "", scales]);
            for (var j = 0; j < 60; j++) up = draft.Add("Relu", [up]);
            x = draft.Add("Add", [x, draft.Add("Tanh", [draft.Add("Add", [up, x])])]);
        }

        HangGuard.Run(() => Assert.Throws<InvalidFileException>(() => OnnxImporter.Import("waits.onnx", draft.Outputs(draft.Conv(x, 1, 1, 1, 1)).File(), new OnnxImportOptions())));
    }

    [Fact]
    public void Errors_stay_short()
    {
        var draft = new OnnxDraft(1, 1, 3, 16, 16);
        var x = draft.Conv("image", 3, 3, 1, 1);
        for (var i = 0; i < 60; i++) x = draft.Add("Add", [draft.Add("Tanh", ["image"]), draft.Add("Pad", [x, draft.Graph.Integers(new long[1000])])]);
        Rejects(draft.Outputs(draft.Conv(x, 3, 2, 1, 1)).File(), "has the pads [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...]", "and 11 more");
    }

    [Fact]
    public void Nodes_without_results() => Rejects(Changed(g => g.Node[1].Output.Clear()), "gives nothing");

    [Fact]
    public void Data_beside_the_file_is_read_where_that_is_allowed()
    {
        var (path, weights) = WriteExternal("weights.bin");
        Assert.Contains("--external-data", Assert.Throws<InvalidFileException>(() => OnnxImporter.Import(path, new OnnxImportOptions())).Message, StringComparison.Ordinal);
        var model = OnnxImporter.Import(path, new OnnxImportOptions { ReadsExternalData = true }).Model;
        Assert.Equal(weights, model.Weights["conv0.weight"].Data);
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/../weights.bin")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("c:\\weights.bin")]
    public void Data_outside_the_folder_is_not(string location) =>
        RejectsExternal(WriteExternal("weights.bin", t => t.ExternalData[0].Value = location).Path, "in this one's folder");

    [Fact]
    public void Data_behind_a_link_or_beyond_its_file_is_not()
    {
        var (path, _) = WriteExternal("weights.bin");
        File.CreateSymbolicLink(_folder.PathOf("link.bin"), _folder.PathOf("weights.bin"));
        RejectsExternal(WriteExternal("weights.bin", t => t.ExternalData[0].Value = "link.bin").Path, "behind a link");
        RejectsExternal(WriteExternal("weights.bin", t => t.ExternalData[1].Value = "9999").Path, "begin at byte 9999");
        RejectsExternal(WriteExternal("weights.bin", t => t.ExternalData[1].Value = "-1").Path, "expected a number of bytes");
        RejectsExternal(WriteExternal("weights.bin", t => t.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = "99999" })).Path, "99999 bytes");
        RejectsExternal(WriteExternal("weights.bin", t => t.ExternalData[0].Value = "missing.bin").Path, "does not exist");
        Assert.True(File.Exists(path));
    }

    private (string Path, float[] Weights) WriteExternal(string name, Action<TensorProto>? change = null)
    {
        var model = Small().Model();
        var tensor = model.Graph.Initializer[0];
        var bytes = tensor.RawData.ToByteArray();
        _folder.Write(name, [0, 0, 0, 0, .. bytes]);
        tensor.RawData = ByteString.Empty;
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = name });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "4" });
        change?.Invoke(tensor);
        return (_folder.Write("model.onnx", model.ToByteArray()), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    private static void RejectsExternal(string path, string message) => Assert.Contains(
        message, Assert.Throws<InvalidFileException>(() => OnnxImporter.Import(path, new OnnxImportOptions { ReadsExternalData = true })).Message, StringComparison.Ordinal);

    private static byte[] Changed(Action<GraphProto> change)
    {
        var model = Small().Model();
        change(model.Graph);
        return model.ToByteArray();
    }

    private static OnnxDraft Small()
    {
        var draft = new OnnxDraft(1, 1, 3, 16, 16);
        var x = draft.Add("Relu", [draft.Conv("image", 3, 4, 3, 3, attributes: Integers("pads", 1, 1, 1, 1))]);
        return draft.Outputs(draft.Conv(x, 4, 2, 1, 1));
    }

    private static void Rejects(byte[] content, params ReadOnlySpan<string> messages)
    {
        var error = ReaderFuzz.Rejects(content, path => OnnxImporter.Import(path, new OnnxImportOptions()), ".onnx");
        foreach (var message in messages) Assert.Contains(message, error.Problem, StringComparison.Ordinal);
    }
}
