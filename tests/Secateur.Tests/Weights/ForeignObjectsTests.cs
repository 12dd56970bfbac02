using Secateur.TestSupport;
using Secateur.Weights.Files;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

/// <summary>Objects beside the weights, as training scripts leave them: passed over, never made.</summary>
public class ForeignObjectsTests
{
    /// <summary>Opcodes as Python writes them for one object, in protocol 2 or 4.</summary>
    public static TheoryData<string, byte[]> Objects => new()
    {
        { "torch.Size", Body(p => p.Global("torch", "Size").Op("K\u0001K\u0002\u0086\u0085R")) },
        { "Counter", Body(p => p.Global("collections", "Counter").Op("}").Text("a").Op("K\u0002s\u0085R")) },
        { "set", Body(p => p.Op("\u008f(K\u0001K\u0002\u0090")) },
        { "set, protocol 2", Body(p => p.Global("__builtin__", "set").Op("](K\u0001e\u0085R")) },
        { "frozenset", Body(p => p.Op("(K\u0001\u0091")) },
        { "defaultdict", Body(p => p.Global("collections", "defaultdict").Global("__builtin__", "list").Op("\u0085R").Text("a").Op("]s")) },
        { "device", Body(p => p.Global("torch", "device").Text("cpu").Op("\u0085R")) },
        { "dtype", Body(p => p.Global("torch", "float32")) },
        { "Namespace", Body(p => p.Global("argparse", "Namespace").Op(")\u0081}").Text("lr").Op("K\u0001sb")) },
        { "numpy dtype", Body(p => p.Global("numpy", "dtype").Text("f8").Op("K\0K\u0001\u0087R(K\u0003").Text("<").Op("NNNtb")) },
        { "numpy scalar", Body(p => p.Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").Op(")R").Global("_codecs", "encode").Text("a").Text("latin1").Op("\u0086R\u0086R")) },
        { "path", Body(p => p.Global("pathlib", "PosixPath").Text("/").Op("\u0085R")) },
        { "enum", Body(p => p.Global("__main__", "Mode").Op("K\u0001\u0085R")) },
        { "partial", Body(p => p.Global("functools", "partial").Global("torch.nn", "ReLU").Op("\u0085R(N)}Ntb")) },
        { "keyword arguments", Body(p => p.Global("models", "Config").Op(")}\u0092")) },
        { "list of its own", Body(p => p.Global("utils", "History").Op(")\u0081(K\u0001e")) },
        { "module with tensors", Body(p => p.Global("models", "Net").Op(")\u0081}").Text("weight").Floats("0", 2).Op("sb")) },
        { "quantised tensor", Body(p => p.Global("torch._utils", "_rebuild_qtensor").Op("(").Storage("0", "FloatStorage", 2).Op("tR")) },
        { "complex tensor", Body(p => p.Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage("9", "ComplexFloatStorage", 2).Op("K\0))\u0089NtR")) },
        { "bytearray", Body(p => p.Raw(0x96, 1, 0, 0, 0, 0, 0, 0, 0, 7)) },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Harmless_objects_beside_the_weights_are_passed_over(string name, byte[] pickled)
    {
        Assert.NotEmpty(name);
        var inside = Read(new PickleWriter().Op("}(").Text("x").Floats("0", 2).Text("other").Raw(pickled).Op("u").Stop());
        Assert.Equal(["x"], inside.Tensors.Keys);
        Assert.Equal(["passed over 'other'"], inside.Notes.AsEnumerable());
        var beside = Read(new PickleWriter().Op("}(").Text("other").Raw(pickled).Text("model").Op("}").Text("x").Floats("0", 2).Op("su").Stop());
        Assert.Equal(["x"], beside.Tensors.Keys);
        Assert.Equal(["took 'model' and passed over 'other'"], beside.Notes.AsEnumerable());
    }

    [Fact]
    public void A_whole_module_is_told_by_its_class()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pth", CheckpointWriter.Zip(new PickleWriter().Global("models.eresfd", "Net").Op(")\u0081}b").Stop(), []));
        var error = Assert.Throws<InvalidFileException>(() => PyTorchCheckpoint.Read(path));
        Assert.Contains("holds an object of 'models.eresfd.Net', which is not read", error.Problem, StringComparison.Ordinal);
        Assert.Contains("torch.save(model.state_dict(), path)", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_and_tensors_with_attributes_are_tensors()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("a").Global("torch._utils", "_rebuild_parameter_with_state").Op("(").Floats("0", 2).Op("\u0088)}tR")
            .Text("b").Global("torch._tensor", "_rebuild_from_type_v2").Op("(").Global("torch._utils", "_rebuild_tensor_v2").Global("torch", "Tensor")
            .Op("(").Storage("0", "FloatStorage", 2).Op("K\0K\u0002\u0085K\u0001\u0085\u0089)t}tR")
            .Op("u").Stop();
        var tensors = Read(pickle).Tensors;
        Assert.Equal([1.5f, -2], tensors["a"].Data);
        Assert.Equal([1.5f, -2], tensors["b"].Data);
    }

    [Fact]
    public void Ordered_dictionaries_of_Python_2_are_lists_of_pairs() =>
        Assert.Equal(["x"], Read(new PickleWriter().Global("collections", "OrderedDict").Op("](](").Text("x").Floats("0", 2).Op("ee\u0085R").Stop()).Tensors.Keys);

    [Fact]
    public void Modules_of_the_legacy_format_come_with_their_source()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("net").Op("(").Text("module").Global("models", "Net").Text("/a.py").Text("class Net: ..").Op("tQ)\u0081}b")
            .Text("model").Op("}").Text("x").Floats("0", 2, legacy: true).Op("s")
            .Op("u").Stop();
        using var folder = new TemporaryFolder();
        var read = PyTorchCheckpoint.Read(folder.Write("a.pth", CheckpointWriter.Legacy(pickle, [("0", 4, CheckpointWriter.Bytes(1.5f, -2))])));
        Assert.Equal([1.5f, -2], read.Tensors["x"].Data);
    }

    /// <summary>What an object's opcodes are without the header.</summary>
    private static byte[] Body(Func<PickleWriter, PickleWriter> write) => write(new PickleWriter()).Stop()[2..^1];

    private static TensorFile Read(byte[] pickle)
    {
        using var folder = new TemporaryFolder();
        return PyTorchCheckpoint.Read(folder.Write("a.pth", CheckpointWriter.Zip(pickle, [("0", CheckpointWriter.Bytes(1.5f, -2))])));
    }
}
