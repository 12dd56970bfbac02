using System.Buffers.Binary;
using System.Text;
using Secateur.TestSupport;
using Secateur.WiderFace.Mat;
using Xunit;
using static Secateur.TestSupport.MatFileWriter;

namespace Secateur.WiderFace.Tests.Mat;

public sealed class MatFileHostileTests
{
    private static readonly byte[] NumberElement = Element(9, Doubles(5));

    [Fact]
    public void Mutants_are_read_or_turned_down()
    {
        ReaderFuzz.Run([Sample(compress: false), Sample(compress: true)], path => MatFile.Read(path), ".mat");

        static byte[] Sample(bool compress) => new MatFileWriter()
            .Add(Cell(Cell(Text("first"), Text("second")), Cell(Numbers(2, 2, 1, 2, 3, 4), Numbers(1, 1, 0.5))), "cells", compress)
            .Add(Numbers(3, 1, 1000, 2000, 3000), "numbers", compress)
            .ToArray();
    }

    [Fact]
    public void Other_headers_are_turned_down()
    {
        var valid = new MatFileWriter().ToArray();
        Rejects([], "0 bytes long");
        Rejects(valid[..127], "127 bytes long");
        Rejects(new byte[200], "little-endian");
        Rejects([.. valid[..126], (byte)'M', (byte)'I'], "little-endian");
        Rejects([.. Encoding.ASCII.GetBytes("MATLAB 7.3 MAT-file"), .. valid[19..]], "HDF5");
    }

    [Fact]
    public void Lengths_beyond_the_file_are_turned_down()
    {
        var element = Element(14, new byte[16]);
        BinaryPrimitives.WriteUInt32LittleEndian(element.AsSpan(4), uint.MaxValue);
        Rejects(element, "4294967295 bytes, but only 16 are left", raw: true);
        Rejects([14, 0, 0], "expected the 8-byte tag", raw: true);
        Rejects([14, 0, 5, 0, 1, 2, 3, 4], "small element of 5 bytes", raw: true);
        Rejects(Matrix("x", 1, [1 << 15, 1 << 15], NumberElement), "1073741824 cells", raw: true);
        Rejects(Matrix("x", 6, [1 << 15, 1 << 15], NumberElement), "expected 8589934592", raw: true);
    }

    [Fact]
    public void Dimensions_that_overflow_are_turned_down()
    {
        Rejects(Matrix("x", 6, [-1, -1], NumberElement), "negative", raw: true);
        Rejects(Matrix("x", 6, [int.MaxValue, 2], NumberElement), "more than 2147483647", raw: true);
        Rejects(Matrix("x", 1, [0, int.MaxValue, int.MaxValue, int.MaxValue], NumberElement), "more than 2147483647", raw: true);
        Rejects(Matrix("x", 6, [1], NumberElement), "dimensions of 4 bytes", raw: true);
        Rejects(Matrix("x", 6, new int[33], NumberElement), "dimensions of 132 bytes", raw: true);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(17)]
    public void Arrays_of_other_classes_are_turned_down(int arrayClass) =>
        Rejects(Matrix("x", arrayClass, [1, 1], NumberElement), $"class {arrayClass}", raw: true);

    [Fact]
    public void Elements_of_the_wrong_type_are_turned_down()
    {
        Rejects(NumberElement, "found an element of type 9", raw: true);
        Rejects(Matrix("x", 6, [1, 1], NumberElement, flags: 8), "complex", raw: true);
        Rejects(Matrix("x", 6, [1, 1], Element(14, NumberElement)), "expected a numeric type", raw: true);
        Rejects(Matrix("x", 4, [1, 1], NumberElement), "characters of type 9", raw: true);
        Rejects(Matrix("x", 4, [2, 1], Element(2, [65, 66])), "2 rows", raw: true);
        Rejects(Matrix("x", 1, [1, 1], NumberElement), "expected an array", raw: true);
        Rejects(Matrix(new string('n', 256), 6, [1, 1], NumberElement), "a name of 256 bytes", raw: true);
        Rejects(new MatFileWriter().Add(Numbers(1, 1, 5), "x").Add(Numbers(1, 1, 6), "x").ToArray(), "a second variable 'x'");
    }

    [Fact]
    public void Deep_nesting_is_turned_down()
    {
        var cell = Cell();
        for (var depth = 0; depth < 200; depth++) cell = Cell(cell);
        Rejects(new MatFileWriter().Add(cell, "deep").ToArray(), "nested more than 16 deep");
    }

    [Fact]
    public void Zip_bombs_are_turned_down()
    {
        var megabytes = new byte[64 << 20];
        BinaryPrimitives.WriteInt32LittleEndian(megabytes, 14);
        BinaryPrimitives.WriteInt32LittleEndian(megabytes.AsSpan(4), megabytes.Length - 8);
        Rejects(Compressed(megabytes), "67108864 bytes when inflated", raw: true);
        BinaryPrimitives.WriteInt32LittleEndian(megabytes.AsSpan(4), 1000);
        Rejects(Compressed(megabytes), "goes on after the 1008 bytes", raw: true);
    }

    [Fact]
    public void Many_small_bombs_share_one_limit()
    {
        var writer = new MatFileWriter();
        for (var i = 0; i < 8; i++) writer.Add(Numbers(9, 2, [400_000, 1], new byte[400_000]), $"x{i}");
        Rejects(writer.ToArray(), "when inflated");
    }

    [Fact]
    public void Damaged_compressed_data_are_turned_down()
    {
        var compressed = Compressed(Numbers(1, 3, 1.5, 2.5, 3.5)("x"));
        var cut = compressed[..^12];
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(4), cut.Length - 8);
        Rejects(cut, "compressed data", raw: true);
        var flipped = (byte[])compressed.Clone();
        flipped[^1] ^= 1;
        Rejects(flipped, "damaged compressed data", raw: true);
        Rejects(Compressed([]), "ends too early", raw: true);
        Rejects(Element(15, new byte[16]), "damaged compressed data", raw: true);
        byte[] asksForDictionary = [0x78, 0xBB, 1, 2, 3, 4, 5, 6];
        Rejects(Element(15, asksForDictionary), "damaged compressed data", raw: true);
    }

    [Fact]
    public void A_directory_is_turned_down()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is a directory", Assert.Throws<InvalidFileException>(() => MatFile.Read(folder.Root)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => MatFile.Read(folder.PathOf("none.mat")));
    }

    private static void Rejects(byte[] content, string expected, bool raw = false)
    {
        var file = raw ? new MatFileWriter().AddRaw(content).ToArray() : content;
        var error = ReaderFuzz.Rejects(file, path => MatFile.Read(path), ".mat");
        Assert.Contains(expected, error.Problem, StringComparison.Ordinal);
    }
}
