using System.IO.Compression;
using Secateur.TestSupport;
using Secateur.Weights.Files;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

public class PyTorchCheckpointTests
{
    private static readonly byte[] Two = CheckpointWriter.Bytes(1.5f, -2);

    [Theory]
    [InlineData("archive/")]
    [InlineData("5FINAL_GM_150/")]
    [InlineData("a b/ä/")]
    [InlineData("")]
    public void The_folder_in_the_archive_may_have_any_name(string folder)
    {
        var pickle = new PickleWriter().Op("}").Text("x").Floats("0", 2).Op("s").Stop();
        Assert.Equal([1.5f, -2], Read(CheckpointWriter.Zip(pickle, [("0", Two)], folder)).Tensors["x"].Data);
    }

    [Fact]
    public void Entries_may_be_deflated_and_byteorder_may_be_missing()
    {
        var pickle = new PickleWriter().Op("}").Text("x").Floats("k", 1000).Op("s").Stop();
        var values = Enumerable.Range(0, 1000).Select(i => (float)i).ToArray();
        var zip = CheckpointWriter.Zip(pickle, [("k", CheckpointWriter.Bytes(values))], byteOrder: null, level: CompressionLevel.SmallestSize);
        Assert.Equal(values, Read(zip).Tensors["x"].Data);
    }

    [Fact]
    public void Legacy_storages_may_follow_in_any_order()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("x").Floats("a", 2, legacy: true)
            .Text("n").Tensor("b", "LongStorage", 1, 0, [], [], legacy: true)
            .Op("u").Stop();
        var read = Read(CheckpointWriter.Legacy(pickle, [("b", 8, BitConverter.GetBytes(7L)), ("a", 4, Two)]));
        Assert.Equal(WeightFileKind.PyTorchLegacy, read.Kind);
        Assert.Equal(["x", "n"], read.Tensors.Keys);
        Assert.Equal([1.5f, -2], read.Tensors["x"].Data);
        Assert.Equal([7f], read.Tensors["n"].Data);
    }

    [Fact]
    public void A_storage_of_another_tensor_is_skipped_in_the_legacy_format()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("optimizer").Op("](").Floats("m", 1, legacy: true).Op("e")
            .Text("model").Op("}").Text("x").Floats("a", 2, legacy: true).Op("s")
            .Op("u").Stop();
        var read = Read(CheckpointWriter.Legacy(pickle, [("m", 4, CheckpointWriter.Bytes(9)), ("a", 4, Two)]));
        Assert.Equal([1.5f, -2], read.Tensors["x"].Data);
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model_state")]
    [InlineData("model")]
    [InlineData("network")]
    [InlineData("net")]
    [InlineData("module")]
    [InlineData("params")]
    [InlineData("weights")]
    [InlineData("weight")]
    [InlineData("state")]
    [InlineData("ema")]
    public void A_wrapped_state_dict_is_found_before_the_top_level_is_taken_for_tensors(string key)
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("epoch").Int(3)
            .Text("best_loss").Floats("m", 1)
            .Text("optimizer").Op("}(").Text("state").Op("}").Text("momentum").Floats("m", 1).Op("su")
            .Text(key).Op("}").Text("module.x").Floats("0", 2).Op("s")
            .Op("u").Stop();
        var read = Read(CheckpointWriter.Zip(pickle, [("0", Two), ("m", CheckpointWriter.Bytes(1))]));
        Assert.Equal(["module.x"], read.Tensors.Keys);
        Assert.Equal([$"took '{key}' and passed over 'epoch', 'best_loss', 'optimizer'"], read.Notes.AsEnumerable());
    }

    [Fact]
    public void Wrappers_may_stand_one_inside_another()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("model").Op("}(").Text("net").Op("}").Text("x").Floats("0", 2).Op("s").Text("epoch").Int(1).Op("u")
            .Op("u").Stop();
        var read = Read(CheckpointWriter.Zip(pickle, [("0", Two)]));
        Assert.Equal(["x"], read.Tensors.Keys);
        Assert.Equal(["took 'model'", "took 'net' and passed over 'epoch'"], read.Notes.AsEnumerable());
    }

    [Fact]
    public void Trained_weights_are_taken_before_their_moving_average_and_that_is_said()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("epoch").Int(1)
            .Text("ema").Op("}").Text("x").Floats("m", 2).Op("s")
            .Text("state_dict").Op("}").Text("x").Floats("0", 2).Op("s")
            .Op("u").Stop();
        var read = Read(CheckpointWriter.Zip(pickle, [("0", Two), ("m", CheckpointWriter.Bytes(7, 7))]));
        Assert.Equal([1.5f, -2], read.Tensors["x"].Data);
        Assert.Equal(["took 'state_dict' and passed over 'ema', 'epoch'"], read.Notes.AsEnumerable());
    }

    [Fact]
    public void A_wrapper_without_tensors_is_none()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("state_dict").Op("}").Text("step").Int(1).Op("s")
            .Text("net").Global("models", "Net").Op(")R")
            .Text("model").Op("}").Text("x").Floats("0", 2).Op("s")
            .Op("u").Stop();
        Assert.Equal(["x"], Read(CheckpointWriter.Zip(pickle, [("0", Two)])).Tensors.Keys);
    }

    [Fact]
    public void Extra_attributes_of_a_state_dict_are_ignored()
    {
        var pickle = new PickleWriter().Global("collections", "OrderedDict").Op(")R").Text("x").Floats("0", 2).Op("s")
            .Op("}").Text("_metadata").Global("collections", "OrderedDict").Op(")Rsb").Stop();
        Assert.Equal(["x"], Read(CheckpointWriter.Zip(pickle, [("0", Two)])).Tensors.Keys);
    }

    [Fact]
    public void Offsets_and_strides_are_gathered()
    {
        var pickle = new PickleWriter().Op("}(")
            .Text("t").Tensor("0", "FloatStorage", 6, 0, [3, 2], [1, 3])
            .Text("middle").Tensor("0", "FloatStorage", 6, 2, [2], [2])
            .Text("expanded").Tensor("0", "FloatStorage", 6, 5, [2, 2], [0, 0])
            .Text("one").Tensor("0", "FloatStorage", 6, 4, [1, 1], [long.MaxValue, 9])
            .Text("none").Tensor("0", "FloatStorage", 6, 6, [0, 2], [2, 1])
            .Op("u").Stop();
        var tensors = Read(CheckpointWriter.Zip(pickle, [("0", CheckpointWriter.Bytes(0, 1, 2, 3, 4, 5))])).Tensors;
        Assert.Equal([0f, 3, 1, 4, 2, 5], tensors["t"].Data);
        Assert.Equal([2f, 4], tensors["middle"].Data);
        Assert.Equal([5f, 5, 5, 5], tensors["expanded"].Data);
        Assert.Equal([4f], tensors["one"].Data);
        Assert.Empty(tensors["none"].Data);
    }

    [Fact]
    public void Tensors_over_untyped_storages_take_their_own_type()
    {
        var pickle = new PickleWriter().Op("}").Text("x")
            .Global("torch._utils", "_rebuild_tensor_v3").Op("(").Op("(").Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Int(4).Op("tQ")
            .Int(1).Ints(1).Ints(1).Raw(0x89).Global("collections", "OrderedDict").Op(")R").Global("torch", "uint16").Op("tRs").Stop();
        Assert.Equal([513f], Read(CheckpointWriter.Zip(pickle, [("0", [9, 9, 1, 2])])).Tensors["x"].Data);
    }

    [Fact]
    public void Opcodes_of_later_protocols_are_understood()
    {
        // PROTO 4, FRAME, SHORT_BINUNICODE, MEMOIZE, STACK_GLOBAL, EMPTY_TUPLE, REDUCE; then a bytes value that is dropped.
        var pickle = new PickleWriter(4).Raw(0x95, 12, 0, 0, 0, 0, 0, 0, 0)
            .Raw(0x8C, 11).Op("collections").Raw(0x94, 0x8C, 11).Op("OrderedDict").Raw(0x94, 0x93, 0x94).Op(")R")
            .Raw((byte)'C', 2, 0xFF, 0xFF).Op("0").Text("x").Floats("0", 2).Op("s").Stop();
        Assert.Equal([1.5f, -2], Read(CheckpointWriter.Zip(pickle, [("0", Two)])).Tensors["x"].Data);
    }

    private static TensorFile Read(byte[] content)
    {
        using var folder = new TemporaryFolder();
        return PyTorchCheckpoint.Read(folder.Write("a.pth", content));
    }
}
