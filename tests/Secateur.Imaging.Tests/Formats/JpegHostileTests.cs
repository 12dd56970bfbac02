using System.Buffers.Binary;
using Secateur.Imaging.Jpeg;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class JpegHostileTests
{
    private const long Limit = 1_000_000;

    private static readonly byte[] Good = JpegBuilder.Rgb(TestImages.Noise(40, 30, 6));

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 2; length < Good.Length - 6; length += 1 + (length / 50))
        {
            Refused("JPEG", Good[..length]);
            Assert.Throws<InvalidFileException>(() => JpegDecoder.Decode("a.jpg", Good[..length], Limit, 1, turbo: false));
        }
    }

    [TurboFact]
    public void A_truncation_with_an_end_marker_put_behind_it_is_refused()
    {
        foreach (var cut in new[] { Good.Length - 20, Good.Length / 2 }) Refused("premature end", [.. Good[..cut], 0xFF, 0xD9]);
        var progressive = JpegBuilder.ProgressiveRgb(TestImages.Noise(40, 30, 6));
        Refused("premature end", [.. progressive[..^20], 0xFF, 0xD9]);
    }

    [Fact]
    public void A_giant_picture_is_refused_before_memory_is_set_aside()
    {
        Refused("pixels, more than the limit", WithSides(65_000, 65_000));
        Refused("need", WithSides(9_000, 9_000));
        Refused("must be positive", WithSides(9_000, 0));
    }

    [TurboFact]
    public void A_large_picture_that_ends_early_is_refused()
    {
        var padded = WithSides(9_000, 9_000);
        Refused("damaged JPEG", [.. padded[..^2], .. new byte[200_000], 0xFF, 0xD9], allocationCounts: false);
    }

    [Fact]
    public void Kinds_that_are_not_supported_are_named()
    {
        Refused("8-bit", WithFrame(frame => frame[4] = 12));
        Refused("components", WithFrame(frame => frame[9] = 2));
        Refused("arithmetic", WithFrame(frame => frame[1] = 0xC9));
        Refused("lossless", WithFrame(frame => frame[1] = 0xC3));
    }

    [Fact]
    public void Damaged_segments_are_refused()
    {
        Refused("declares 1 bytes", [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xD9]);
        Refused("declares 500 bytes", [0xFF, 0xD8, 0xFF, 0xE0, 1, 0xF4, 0xFF, 0xD9]);
        Refused("no frame header", [0xFF, 0xD8, 0xFF, 0xD9]);
        Refused("before the frame header", [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9]);
        Refused("frame header", [0xFF, 0xD8, 0xFF, 0xC0, 0, 4, 8, 0, 0xFF, 0xD9]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Needless_bytes_before_a_marker_are_passed_over(bool turbo)
    {
        if (turbo && !TurboJpegLibrary.IsThere) return;
        byte[] padded = [.. Good[..^2], 1, 2, 3, 4, 0xFF, 0xD9];
        byte[] early = [.. Good[..2], 7, 7, 7, .. Good[2..]];
        Assert.All([padded, early], file => Assert.Equal(0, TestImages.LargestDifference(ImageFile.Decode("a.jpg", Good), JpegDecoder.Decode("a.jpg", file, Limit, 1, turbo).Image)));
    }

    [TurboFact]
    public void A_progressive_file_cut_short_is_refused_unless_the_whole_picture_is_there()
    {
        var progressive = JpegBuilder.ProgressiveRgb(TestImages.Noise(40, 30, 6));
        var whole = ImageFile.Decode("a.jpg", progressive);
        foreach (var turbo in new[] { true, false })
        {
            var refused = 0;
            for (var length = 2; length < progressive.Length - 2; length++)
            {
                try
                {
                    Assert.Equal(0, TestImages.LargestDifference(whole, JpegDecoder.Decode("a.jpg", progressive[..length], Limit, 1, turbo).Image));
                }
                catch (InvalidFileException)
                {
                    refused++;
                }
            }

            Assert.InRange(refused, progressive.Length - 10, progressive.Length);
            Assert.Equal(0, TestImages.LargestDifference(whole, JpegDecoder.Decode("a.jpg", progressive[..^2], Limit, 1, turbo).Image));
        }
    }

    [Fact]
    public void Bytes_behind_the_end_are_passed_over() =>
        Assert.Equal(0, TestImages.LargestDifference(ImageFile.Decode("a.jpg", Good), ImageFile.Decode("a.jpg", [.. Good, 1, 2, 3, 0xFF, 0xC0])));

    [TurboFact]
    public void Mutants_are_read_or_refused()
    {
        var small = TestImages.Noise(24, 17, 3);
        byte[][] seeds =
        [
            JpegBuilder.Rgb(small),
            JpegBuilder.ProgressiveRgb(small),
            JpegBuilder.Grey(small),
            JpegBuilder.Cmyk(new byte[16 * 16 * 4], 16, 16),
            ExifBuilder.Insert(JpegBuilder.Grey(small), ExifBuilder.Tiff(5, littleEndian: false)),
        ];
        var options = new ImageReadOptions { MaxPixels = 1_000_000 };
        ReaderFuzz.Run(seeds, path => ImageFile.Read(path, options), ".jpg", rounds: 200);
        ReaderFuzz.Run(seeds, path => JpegDecoder.Decode(path, File.ReadAllBytes(path), options.MaxPixels, 1, turbo: false), ".jpg", rounds: 200);
    }

    private static byte[] WithSides(int width, int height) => WithFrame(frame =>
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(7), (ushort)width);
    });

    /// <summary>The good file with its frame header (from its marker on) edited.</summary>
    private static byte[] WithFrame(Action<byte[]> edit)
    {
        var at = Good.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0, 0, 17]);
        var frame = Good[at..(at + 19)];
        edit(frame);
        return [.. Good[..at], .. frame, .. Good[(at + 19)..]];
    }

    private static void Refused(string problem, byte[] file, bool allocationCounts = true)
    {
        var error = allocationCounts
            ? ReaderFuzz.Rejects(file, path => ImageFile.Read(path), ".jpg")
            : Assert.Throws<InvalidFileException>(() => ImageFile.Decode("a.jpg", file));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }
}
