using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class PngHostileTests
{
    private static readonly byte[] Good = new PngBuilder().Header(4, 3, 8, 2).ImageData(new byte[39]).End();

    [Fact]
    public void A_giant_picture_is_refused_before_memory_is_set_aside() =>
        Refused("10000000000 pixels", new PngBuilder().Header(100_000, 100_000, 8, 2).ImageData(new byte[1000]).End());

    [Fact]
    public void The_largest_sides_do_not_overflow() =>
        Refused("pixels", new PngBuilder().Header(uint.MaxValue, uint.MaxValue, 16, 6).ImageData(new byte[1000]).End());

    [Fact]
    public void A_large_picture_with_too_little_data_is_refused_before_memory_is_set_aside() =>
        Refused("can hold", new PngBuilder().Header(9_000, 9_000, 8, 2).ImageData(new byte[1000]).End());

    [Fact]
    public void A_decompression_bomb_is_inflated_no_further_than_the_picture_needs()
    {
        var file = new PngBuilder().Header(4, 3, 8, 2).ImageData(new byte[200_000_000]).End();
        using var folder = new TemporaryFolder();
        var path = folder.Write("bomb.png", file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(4, ImageFile.Read(path).Width);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (2 * file.Length) + 1_000_000);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 8; length < Good.Length; length++) Refused("PNG", Good[..length]);
    }

    [Fact]
    public void Every_flipped_bit_behind_the_signature_is_refused()
    {
        for (var at = 8; at < Good.Length; at++)
        {
            var flipped = (byte[])Good.Clone();
            flipped[at] ^= 4;
            Refused("PNG", flipped);
        }
    }

    [Fact]
    public void Wrong_headers_are_refused()
    {
        foreach (var (depth, color) in new[] { (3, 0), (0, 0), (16, 3), (4, 2), (1, 6), (8, 1), (8, 5), (8, 7) })
            Refused("colour type", new PngBuilder().Header(1, 1, depth, color).ImageData([0, 0]).End());
        Refused("must be positive", new PngBuilder().Header(0, 1, 8, 0).ImageData([0, 0]).End());
        Refused("interlace", new PngBuilder().Header(1, 1, 8, 0, interlace: 2).ImageData([0, 0]).End());
        Refused("compression", new PngBuilder().Header(1, 1, 8, 0, compression: 1).ImageData([0, 0]).End());
        Refused("filter", new PngBuilder().Header(1, 1, 8, 0, filter: 1).ImageData([0, 0]).End());
        Refused("13", new PngBuilder().Chunk("IHDR", new byte[12]).End());
    }

    [Fact]
    public void Misplaced_and_missing_chunks_are_refused()
    {
        Refused("IHDR", new PngBuilder().ImageData([0, 0]).End());
        Refused("IHDR", new PngBuilder().Header(1, 1, 8, 0).Header(1, 1, 8, 0).ImageData([0, 0]).End());
        Refused("IDAT", new PngBuilder().Header(1, 1, 8, 0).End());
        Refused("PLTE", new PngBuilder().Header(1, 1, 8, 3).ImageData([0, 0]).End());
        Refused("palette", new PngBuilder().Header(1, 1, 8, 3).Chunk("PLTE", [1, 2]).ImageData([0, 0]).End());
        Refused("palette", new PngBuilder().Header(1, 1, 8, 3).Chunk("PLTE", new byte[771]).ImageData([0, 0]).End());
        Refused("transparency", new PngBuilder().Header(1, 1, 8, 2).Chunk("tRNS", [1]).ImageData([0, 0, 0, 0]).End());
        Refused("FOUL", new PngBuilder().Header(1, 1, 8, 0).Chunk("FOUL", []).ImageData([0, 0]).End());
        Refused("no chunk type", new PngBuilder().Header(1, 1, 8, 0).Chunk("a\0b1", []).ImageData([0, 0]).End());
    }

    [Fact]
    public void Wrong_image_data_is_refused()
    {
        Refused("colour 3 of a palette of 1", new PngBuilder().Header(1, 1, 8, 3).Chunk("PLTE", [1, 2, 3]).ImageData([0, 3]).End());
        Refused("unknown filter 5", new PngBuilder().Header(1, 1, 8, 0).ImageData([5, 3]).End());
        Refused("row 2", new PngBuilder().Header(1, 3, 8, 0).ImageData([0, 1, 0, 2, 0]).End());
        Refused("row 0", new PngBuilder().Header(1, 3, 8, 0).Chunk("IDAT", [1, 2, 3, 4, 5, 6]).End());
        Refused("row ", new PngBuilder().Header(64, 64, 8, 0).Chunk("IDAT", PngBuilder.Deflate(new byte[4160])[..10]).End());
    }

    [Fact]
    public void Mutants_are_read_or_refused()
    {
        var noise = TestImages.Noise(20, 10, 1);
        using var folder = new TemporaryFolder();
        ImageFile.Write(folder.PathOf("a.png"), noise);
        byte[][] seeds =
        [
            File.ReadAllBytes(folder.PathOf("a.png")),
            Good,
            new PngBuilder().Header(9, 9, 4, 3, interlace: 1).Chunk("PLTE", new byte[48]).Chunk("tRNS", [1, 2, 3])
                .ImageData(new PngSamples(9, 9, 4, 3, 1).Raw(true), 7).End(),
        ];
        ReaderFuzz.Run(seeds, path => ImageFile.Read(path), ".png");
        // Behind right checks lie the parts that otherwise no mutant reaches.
        ReaderFuzz.Run(seeds, path => ImageFile.Decode(path, PngBuilder.WithRightChecks(File.ReadAllBytes(path))), ".png", rounds: 400);
    }

    private static void Refused(string problem, byte[] file) =>
        Assert.Contains(problem, ReaderFuzz.Rejects(file, path => ImageFile.Read(path), ".png").Problem, StringComparison.Ordinal);
}
