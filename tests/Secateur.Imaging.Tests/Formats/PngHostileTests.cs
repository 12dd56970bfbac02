using Secateur.Imaging.Skia;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class PngHostileTests
{
    private static readonly byte[] Noise = SkiaBitmap.EncodePng(TestImages.Noise(20, 10, 1));
    private static readonly byte[] Good = new PngBuilder().Header(4, 3, 8, 2).ImageData(new byte[39]).End();

    [Fact]
    public void A_giant_picture_is_refused_before_memory_is_set_aside() =>
        Refused("10000000000 pixels", new PngBuilder().Header(100_000, 100_000, 8, 2).ImageData(new byte[1000]).End());

    [Fact]
    public void The_largest_sides_do_not_overflow() =>
        Refused("PNG", new PngBuilder().Header(uint.MaxValue, uint.MaxValue, 16, 6).ImageData(new byte[1000]).End());

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
    public void Every_truncation_is_refused_unless_the_whole_picture_is_there()
    {
        for (var length = 8; length < Noise.Length; length++) RefusedOrTheSame(Noise, Noise[..length]);
        for (var length = 8; length < Noise.Length - 40; length++) Refused("PNG", Noise[..length]);
    }

    [Fact]
    public void Every_flipped_bit_behind_the_signature_is_refused_or_does_no_harm()
    {
        foreach (var file in new[] { Good, Noise })
        {
            for (var at = 8; at < file.Length; at++)
            {
                var flipped = (byte[])file.Clone();
                flipped[at] ^= 4;
                RefusedOrTheSame(file, flipped);
            }
        }
    }

    [Fact]
    public void Wrong_headers_are_refused()
    {
        foreach (var (depth, color) in new[] { (3, 0), (0, 0), (16, 3), (4, 2), (1, 6), (8, 1), (8, 5), (8, 7) })
            Refused("PNG", new PngBuilder().Header(1, 1, depth, color).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(0, 1, 8, 0).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0, interlace: 2).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0, compression: 1).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0, filter: 1).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Chunk("IHDR", new byte[12]).End());
    }

    [Fact]
    public void Misplaced_and_missing_chunks_are_refused()
    {
        Refused("PNG", new PngBuilder().ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0).Header(1, 1, 8, 0).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 3).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 3).Chunk("PLTE", [1, 2]).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 3).Chunk("PLTE", new byte[771]).ImageData([0, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0).Chunk("a\0b1", []).ImageData([0, 0]).End());
    }

    [Fact]
    public void Wrong_image_data_is_refused()
    {
        Refused("PNG", new PngBuilder().Header(1, 1, 8, 0).ImageData([5, 3]).End());
        Refused("PNG", new PngBuilder().Header(1, 3, 8, 0).ImageData([0, 1, 0, 2, 0]).End());
        Refused("PNG", new PngBuilder().Header(1, 3, 8, 0).Chunk("IDAT", [1, 2, 3, 4, 5, 6]).End());
        Refused("PNG", new PngBuilder().Header(64, 64, 8, 0).Chunk("IDAT", PngBuilder.Deflate(new byte[4160])[..10]).End());
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

    private static void RefusedOrTheSame(byte[] file, byte[] damaged)
    {
        try
        {
            Assert.Equal(0, TestImages.LargestDifference(ImageFile.Decode("a.png", file), ImageFile.Decode("a.png", damaged)));
        }
        catch (InvalidFileException)
        {
        }
    }

    private static void Refused(string problem, byte[] file) =>
        Assert.Contains(problem, ReaderFuzz.Rejects(file, path => ImageFile.Read(path), ".png").Problem, StringComparison.Ordinal);
}
