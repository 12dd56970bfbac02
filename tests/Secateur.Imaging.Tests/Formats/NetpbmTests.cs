using System.Text;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class NetpbmTests
{
    [Theory]
    [InlineData("P6 2 1 255\n", new byte[] { 1, 2, 3, 4, 5, 6 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P5\n# made by hand\n2 # columns\n1\n255\n", new byte[] { 1, 200 }, new byte[] { 1, 1, 1, 200, 200, 200 })]
    [InlineData("P5\t1\r\n1 15\n", new byte[] { 5 }, new byte[] { 85, 85, 85 })]
    [InlineData("P5 1 1 65535\n", new byte[] { 0x80, 0x00 }, new byte[] { 128, 128, 128 })]
    [InlineData("P6 1 1 1000 ", new byte[] { 3, 0xE8, 0, 0, 1, 0xF4 }, new byte[] { 255, 0, 128 })]
    [InlineData("P5 1 1 100\n", new byte[] { 101 }, new byte[] { 255, 255, 255 })]
    [InlineData("P2 2 1 255 7 # seven\n 250", new byte[0], new byte[] { 7, 7, 7, 250, 250, 250 })]
    [InlineData("P3 1 1 10\n0 5\n10\n", new byte[0], new byte[] { 0, 128, 255 })]
    public void Reads_plain_and_binary_files_of_any_maximum(string header, byte[] data, byte[] expected) =>
        Assert.Equal(expected, ImageFile.Decode("a.ppm", [.. Encoding.ASCII.GetBytes(header), .. data]).Pixels);

    [Fact]
    public void A_binary_sample_that_looks_like_a_blank_is_kept() =>
        Assert.Equal([10, 10, 10, 32, 32, 32], ImageFile.Decode("a.pgm", [.. "P5 2 1 255\n\n "u8]).Pixels);

    [Fact]
    public void Written_pictures_are_read_back_unchanged()
    {
        using var folder = new TemporaryFolder();
        var image = TestImages.Noise(31, 7, 8);
        ImageFile.Write(folder.PathOf("a.ppm"), image);
        Assert.Equal(0, TestImages.LargestDifference(image, ImageFile.Read(folder.PathOf("a.ppm"))));
    }

    [Theory]
    [InlineData("P6", "width")]
    [InlineData("P6 3", "height")]
    [InlineData("P6 3 x 255\n", "height")]
    [InlineData("P6 3 -1 255\n", "height")]
    [InlineData("P6 3 2 255", "need 19 bytes")]
    [InlineData("P6 3 2 255\n12345", "need 19 bytes")]
    [InlineData("P6 0 2 255\n12345", "positive")]
    [InlineData("P6 1 1 0\n123", "maximum value 0")]
    [InlineData("P6 1 1 65536\n123", "maximum value 65536")]
    [InlineData("P6 100000 100000 255\n123", "limit")]
    [InlineData("P6 999999999 999999999 255\n123", "limit")]
    [InlineData("P6 9000 9000 255\n123", "truncated")]
    [InlineData("P6 12345678901 1 255\n123", "9 digits")]
    [InlineData("P2 2 2 255\n1 2 3", "truncated")]
    [InlineData("P2 2 2 255\n1 2 3 # 4 5 6", "truncated")]
    [InlineData("P2 2 2 255\n1 2 3 z", "a sample")]
    [InlineData("P6 1 1 255#abc", "blank")]
    [InlineData("P4 8 1\n1", "P4")]
    [InlineData("P7\nWIDTH 1", "P7")]
    public void Wrong_files_are_refused(string file, string problem) =>
        Assert.Contains(problem, ReaderFuzz.Rejects(Encoding.ASCII.GetBytes(file), path => ImageFile.Read(path), ".ppm").Problem, StringComparison.Ordinal);

    [Fact]
    public void Mutants_are_read_or_refused()
    {
        byte[][] seeds =
        [
            [.. "P6 5 4 255\n"u8, .. TestImages.Noise(5, 4, 1).Pixels],
            [.. "P5\n# comment\n5 4 1023\n"u8, .. new byte[40]],
            [.. "P3 2 2 9\n1 2 3 4 5 6 7 8 9 0 1 2\n"u8],
        ];
        ReaderFuzz.Run(seeds, path => ImageFile.Read(path), ".ppm", rounds: 250);
    }
}
