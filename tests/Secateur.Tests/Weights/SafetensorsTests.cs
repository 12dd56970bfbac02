using System.Buffers.Binary;
using System.Text;
using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Weights;
using Secateur.Weights.Files;
using Xunit;

namespace Secateur.Tests.Weights;

public class SafetensorsTests
{
    [Fact]
    public void What_was_written_is_read_back_in_order()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.safetensors");
        var tensors = new KeyValuePair<string, Tensor>[]
        {
            new("z.weight", new Tensor([2, 3], [1, -2, 3.5f, float.NaN, float.NegativeInfinity, -0f])),
            new("a \"ä\"\n", new Tensor([], [float.Epsilon])),
            new("none", new Tensor([0, 4], [])),
            new("", new Tensor([1], [float.MaxValue])),
        };
        Safetensors.Write(path, tensors, [new("licence", "MIT"), new("author", "ö")]);

        var read = Safetensors.Read(path);
        Assert.Equal(WeightFileKind.Safetensors, read.Kind);
        Assert.Equal(tensors.Select(t => t.Key), read.Tensors.Keys);
        foreach (var (name, tensor) in tensors)
        {
            Assert.True(read.Tensors[name].HasShape(tensor.Shape));
            Assert.Equal(tensor.Data.Select(BitConverter.SingleToInt32Bits), read.Tensors[name].Data.Select(BitConverter.SingleToInt32Bits));
        }
        Assert.Equal([new("licence", "MIT"), new("author", "ö")], read.Metadata);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.safetensors");
        Safetensors.Write(path, [new("b", new Tensor([2], [1, 2])), new("a", new Tensor([1, 1], [3]))], [new("k", "v")]);
        var bytes = File.ReadAllBytes(path);

        var json = """{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}}""";
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(json, Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal(CheckpointWriter.Bytes(1, 2, 3), bytes[(8 + length)..]);
    }

    [Fact]
    public void No_tensors_and_no_metadata_are_a_valid_file()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.PathOf("a.safetensors"), []);
        var read = Safetensors.Read(folder.PathOf("a.safetensors"));
        Assert.Empty(read.Tensors);
        Assert.Empty(read.Metadata);
    }

    [Theory]
    [InlineData("F64", "000000000000F8BF", -1.5f)]
    [InlineData("F64", "9A9999999999B93F", 0.1f)]
    [InlineData("F64", "000000000000F07F", float.PositiveInfinity)]
    [InlineData("F16", "003E", 1.5f)]
    [InlineData("F16", "0100", 5.9604645e-8f)]
    [InlineData("BF16", "C0BF", -1.5f)]
    [InlineData("I64", "0000000000000080", -9.223372036854775808e18f)]
    [InlineData("I64", "0000000000FFFFFF", -1099511627776f)]
    [InlineData("I32", "00000080", -2147483648f)]
    [InlineData("I16", "FFFF", -1f)]
    [InlineData("I8", "80", -128f)]
    [InlineData("U64", "0000000000000080", 9.223372036854775808e18f)]
    [InlineData("U32", "000000FF", 4278190080f)]
    [InlineData("U16", "FFFF", 65535f)]
    [InlineData("U8", "FF", 255f)]
    [InlineData("BOOL", "01", 1f)]
    public void Every_type_becomes_float32(string type, string hex, float expected)
    {
        using var folder = new TemporaryFolder();
        var data = Convert.FromHexString(hex);
        var header = $$$"""{"x":{"dtype":"{{{type}}}","shape":[],"data_offsets":[0,{{{data.Length}}}]}}""";
        var tensor = Safetensors.Read(folder.Write("a", SafetensorsHostileTests.File(header, data))).Tensors["x"];
        Assert.Empty(tensor.Shape);
        Assert.Equal([expected], tensor.Data);
    }

    [Fact]
    public void Data_may_lie_in_another_order_than_the_header()
    {
        using var folder = new TemporaryFolder();
        var header = """{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        var read = Safetensors.Read(folder.Write("a", SafetensorsHostileTests.File(header, CheckpointWriter.Bytes(1, 2))));
        Assert.Equal(["x", "y"], read.Tensors.Keys);
        Assert.Equal([2f], read.Tensors["x"].Data);
        Assert.Equal([1f], read.Tensors["y"].Data);
    }

    [Fact]
    public void Writing_refuses_names_that_could_not_be_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.safetensors");
        var tensor = new Tensor(1);
        Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [new("a", tensor), new("a", tensor)]));
        Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [new("__metadata__", tensor)]));
        Assert.ThrowsAny<ArgumentException>(() => Safetensors.Write(path, [new("\ud800", tensor)]));
        Assert.Throws<ArgumentException>(() => Safetensors.Write(path, [], [new("a", "1"), new("a", "2")]));
        Assert.False(File.Exists(path));
    }
}
