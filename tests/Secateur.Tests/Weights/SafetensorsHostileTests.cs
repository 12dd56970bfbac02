using System.Text;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Weights;

public class SafetensorsHostileTests
{
    private const string Valid = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"I8","shape":[1],"data_offsets":[8,9]}}""";

    [Fact]
    public void The_file_that_the_others_are_broken_versions_of_is_valid()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, Safetensors.Read(folder.Write("a", File(Valid, new byte[9]))).Tensors.Count);
    }

    [Theory]
    [InlineData("\"F32\"", "\"F31\"", "dtype 'F31' is not supported")]
    [InlineData("\"F32\"", "32", "expected String")]
    [InlineData("[2]", "[3]", "8 bytes of data, expected 12 for shape [3]")]
    [InlineData("[2]", "[-2]", "integers of 0 or more")]
    [InlineData("[2]", "[2.0]", "integers of 0 or more")]
    [InlineData("[2]", "[9223372036854775808]", "integers of 0 or more")]
    [InlineData("[2]", "[4294967296,4294967296]", "fewer than 2^31 elements")]
    [InlineData("[2]", "[100000,100000,0]", "fewer than 2^31 elements")]
    [InlineData("[2]", "{}", "expected StartArray")]
    [InlineData("[2]", "[[2]]", "integers of 0 or more")]
    [InlineData("[0,8]", "[8,0]", "expected inside the 9 bytes")]
    [InlineData("[0,8]", "[8,16]", "expected inside the 9 bytes")]
    [InlineData("[0,8]", "[0,9223372036854775807]", "expected inside the 9 bytes")]
    [InlineData("[0,8]", "[1,9]", "data begins at 1, expected 0")]
    [InlineData("[8,9]", "[7,8]", "data begins at 7, expected 8")]
    [InlineData("[8,9]", "[8]", "two data_offsets")]
    [InlineData("[0,8]", "[0,8,8]", "two data_offsets")]
    [InlineData("\"y\"", "\"x\"", "a second tensor 'x'")]
    [InlineData("\"dtype\":\"F32\",", "", "expected dtype, shape and two data_offsets")]
    [InlineData("\"shape\":[2]", "\"shape\":[2],\"shape\":[2]", "unexpected field 'shape'")]
    [InlineData("\"shape\":[2]", "\"shape\":[2],\"strides\":[1]", "unexpected field 'strides'")]
    [InlineData("\"y\":", "\"__metadata__\":{\"a\":1},\"y\":", "expected String, found Number")]
    [InlineData("\"y\":", "\"__metadata__\":[],\"y\":", "expected StartObject")]
    [InlineData("\"y\":", "\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"},\"y\":", "a second __metadata__ 'a'")]
    [InlineData("\"y\":", "\"__metadata__\":{},\"__metadata__\":{},\"y\":", "a second __metadata__")]
    [InlineData("{\"x\"", "{,\"x\"", "not valid JSON")]
    [InlineData("}}", "}", "not valid JSON")]
    [InlineData("}}", "}}}", "not valid JSON")]
    [InlineData("}}", "}} {}", "not valid JSON")]
    [InlineData("{\"x\"", " {\"x\"", "expected '{'")]
    [InlineData("\"x\"", "\"\\ud800\"", "not valid JSON")]
    [InlineData("\"x\"", "\"\u001b[31m\"", "not valid JSON")]
    public void A_broken_header_is_named(string valid, string broken, string message)
    {
        var at = Valid.IndexOf(valid, StringComparison.Ordinal);
        Assert.True(at >= 0);
        Rejects(File(Valid[..at] + broken + Valid[(at + valid.Length)..], new byte[9]), message);
    }

    [Fact]
    public void Data_beyond_or_short_of_the_tensors_is_refused()
    {
        Rejects(File(Valid, new byte[10]), "expected the file's end");
        Rejects(File(Valid, new byte[8]), "expected inside the 8 bytes");
        Rejects(File("{}", [0]), "expected the file's end");
    }

    [Theory]
    [InlineData("F64", "FFFFFFFFFFFFEF7F")]
    [InlineData("I64", "FFFFFFFFFFFFFF7F")]
    [InlineData("I64", "0100000100000000")]
    [InlineData("U64", "FFFFFFFFFFFFFFFF")]
    [InlineData("I32", "01000001")]
    [InlineData("U32", "FFFFFFFF")]
    [InlineData("BOOL", "02")]
    public void A_value_that_float32_cannot_hold_is_refused(string type, string hex)
    {
        var data = Convert.FromHexString(hex);
        Rejects(File($$$"""{"x":{"dtype":"{{{type}}}","shape":[],"data_offsets":[0,{{{data.Length}}}]}}""", data), "'x': element 0");
    }

    [Theory]
    [InlineData(0UL, "expected '{'")]
    [InlineData(11UL, "header of 11 bytes, expected at most 10")]
    [InlineData(0x7FFFFFFFFFFFFFFFUL, "expected at most 10")]
    [InlineData(0xFFFFFFFFFFFFFFFFUL, "expected at most 10")]
    public void A_wrong_header_length_is_refused(ulong length, string message) =>
        Rejects([.. BitConverter.GetBytes(length), .. "{         "u8], message);

    [Fact]
    public void Every_cut_is_refused()
    {
        var whole = File(Valid, new byte[9]);
        for (var length = 0; length < whole.Length; length++) Rejects(whole[..length], length == 0 ? "is empty" : "");
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused()
    {
        var bytes = File(Valid, new byte[9]);
        bytes[Array.IndexOf(bytes, (byte)'x')] = 0xFF;
        Rejects(bytes, "not valid JSON");
    }

    [Fact]
    public void Deep_nesting_and_many_tokens_stay_cheap()
    {
        Rejects(File("""{"x":""" + new string('[', 1_000_000), []), "expected StartObject");
        Rejects(File("""{"x":{"shape":""" + new string('[', 1_000_000), []), "integers of 0 or more");
        Rejects(File("""{"x":{"dtype":"F32","shape":[1""" + string.Concat(Enumerable.Repeat(",1", 500_000)) + """],"data_offsets":[0,0]}}""", []), "dimensions");
    }

    [Fact]
    public void Endless_metadata_is_cut_off()
    {
        var entries = string.Join(',', Enumerable.Range(0, 200_000).Select(i => $"\"{i}\":\"\""));
        var header = System.Text.Encoding.UTF8.GetBytes($"{{\"__metadata__\":{{{entries}}}}}");
        var error = ReaderFuzz.Rejects([.. BitConverter.GetBytes((ulong)header.Length), .. header], p => Safetensors.Read(p), ".safetensors");
        Assert.Contains("more than 10000 entries", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is a directory", Assert.Throws<InvalidFileException>(() => Safetensors.Read(folder.Root)).Message, StringComparison.Ordinal);
    }

    internal static byte[] File(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
    }

    private static void Rejects(byte[] content, string message)
    {
        var error = ReaderFuzz.Rejects(content, path => Safetensors.Read(path), ".safetensors");
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
    }
}
