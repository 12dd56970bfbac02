using System.IO.Compression;
using System.Text;
using Secateur.TestSupport;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

public class ZipHostileTests
{
    private static readonly byte[] Pickle = new PickleWriter().Op("}").Text("x").Floats("0", 2).Op("s").Stop();
    private static readonly byte[] Valid = CheckpointWriter.Zip(Pickle, [("0", CheckpointWriter.Bytes(1, 2))]);

    [Fact]
    public void Every_cut_is_refused()
    {
        for (var length = 0; length < Valid.Length; length++) Rejects(Valid[..length], "");
    }

    [Fact]
    public void A_flipped_bit_in_the_data_is_noticed()
    {
        foreach (var needle in (byte[][])[CheckpointWriter.Bytes(1, 2), "FloatStorage"u8.ToArray()])
        {
            var bytes = (byte[])Valid.Clone();
            bytes[bytes.AsSpan().IndexOf(needle)] ^= 1;
            Rejects(bytes, "wrong CRC-32");
        }
    }

    [Fact]
    public void Storages_must_be_there_and_have_the_declared_length()
    {
        Rejects(CheckpointWriter.Zip(Pickle, []), "no zip entry 'archive/data/0'");
        Rejects(CheckpointWriter.Zip(Pickle, [("0", new byte[7])]), "7 bytes, expected 8 for 2 elements (Float32)");
        Rejects(CheckpointWriter.Zip(Pickle, [("0", new byte[9])]), "9 bytes, expected 8");
        var huge = new PickleWriter().Op("}").Text("x").Tensor("0", "FloatStorage", long.MaxValue, 0, [2], [1]).Op("s").Stop();
        Rejects(CheckpointWriter.Zip(huge, [("0", new byte[8])]), "expected 36893488147419103228");
    }

    [Fact]
    public void Other_archives_are_refused()
    {
        Rejects(CheckpointWriter.Archive([("readme.txt", [1])]), "0 entries data.pkl");
        Rejects(CheckpointWriter.Archive([]), "0 entries data.pkl");
        Rejects(CheckpointWriter.Archive([("a/data.pkl", Pickle), ("b/data.pkl", Pickle)]), "2 entries data.pkl");
        Rejects(CheckpointWriter.Archive([("a/data.pkl", Pickle), ("a/data.pkl", Pickle)]), "a second zip entry 'a/data.pkl'");
        Rejects(CheckpointWriter.Zip(Pickle, [("0", new byte[8])], byteOrder: "big"), "byte order 'big'");
    }

    [Fact]
    public void A_bomb_is_refused_before_it_is_inflated()
    {
        var pickle = new PickleWriter().Op("}").Text("x").Floats("0", 2_000_000).Op("s").Stop();
        Rejects(CheckpointWriter.Zip(pickle, [("0", new byte[8_000_000])], level: CompressionLevel.SmallestSize), "expands to more than 8 times");
        var text = new PickleWriter().Text(new string('a', 8_000_000)).Stop();
        Rejects(CheckpointWriter.Zip(text, [], level: CompressionLevel.SmallestSize), "expands to more than 8 times");
    }

    [Fact]
    public void Lengths_in_the_directory_are_not_believed()
    {
        var deflated = CheckpointWriter.Zip(Pickle, [("0", new byte[8])], level: CompressionLevel.SmallestSize);
        foreach (var length in (uint[])[0, 1, 0x7FFFFFFF, 0xFFFFFFFE])
        {
            Rejects(WithDirectoryField(deflated, "archive/data.pkl", 24, length), "");
            Rejects(WithDirectoryField(Valid, "archive/data.pkl", 24, length), "");
            Rejects(WithDirectoryField(Valid, "archive/data.pkl", 20, length), "");
            Rejects(WithDirectoryField(Valid, "archive/data/0", 42, length), "");
        }
    }

    [Fact]
    public void Entries_that_overlap_are_refused()
    {
        // Two names for one large body: together they declare more than the file holds.
        var one = CheckpointWriter.Archive([("a/data.pkl", Pickle), ("a/data/0", new byte[4000]), ("a/data/1", [])]);
        var body = BitConverter.ToUInt32(one, DirectoryRecord(one, "a/data/0") + 42);
        var overlapping = WithDirectoryField(WithDirectoryField(one, "a/data/1", 42, body), "a/data/1", 20, 4000);
        Rejects(overlapping, "they overlap");
    }

    [Fact]
    public void A_directory_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is a directory", Assert.Throws<InvalidFileException>(() => PyTorchCheckpoint.Read(folder.Root)).Message, StringComparison.Ordinal);
    }

    /// <summary>Overwrites 4 bytes at an offset of an entry's central directory record (20: compressed, 24: uncompressed length, 42: local header).</summary>
    private static byte[] WithDirectoryField(byte[] archive, string entry, int offset, uint value)
    {
        var bytes = (byte[])archive.Clone();
        BitConverter.GetBytes(value).CopyTo(bytes, DirectoryRecord(bytes, entry) + offset);
        return bytes;
    }

    private static int DirectoryRecord(byte[] archive, string entry) => archive.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(entry)) - 46;

    private static void Rejects(byte[] content, string message)
    {
        var error = ReaderFuzz.Rejects(content, path => PyTorchCheckpoint.Read(path), ".pth");
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
    }
}
