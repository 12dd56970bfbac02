using System.Buffers.Binary;
using Secateur.Pixels;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class PngDecoderTests
{
    private const int Grey = 0;
    private const int Rgb = 2;
    private const int Palette = 3;
    private const int GreyAlpha = 4;
    private const int Rgba = 6;

    public static TheoryData<int, int, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<int, int, bool>();
            foreach (var interlaced in new[] { false, true })
            {
                foreach (var depth in new[] { 1, 2, 4, 8, 16 }) kinds.Add(Grey, depth, interlaced);
                foreach (var depth in new[] { 1, 2, 4, 8 }) kinds.Add(Palette, depth, interlaced);
                foreach (var color in new[] { Rgb, GreyAlpha, Rgba })
                {
                    kinds.Add(color, 8, interlaced);
                    kinds.Add(color, 16, interlaced);
                }
            }
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reads_every_colour_type_depth_and_filter(int color, int depth, bool interlaced)
    {
        foreach (var (width, height) in new[] { (1, 1), (3, 7), (13, 11), (32, 9) })
        {
            var samples = new PngSamples(width, height, depth, color, seed: width);
            var palette = new byte[(1 << Math.Min(depth, 8)) * 3];
            new Random(9).NextBytes(palette);
            var file = new PngBuilder().Header((uint)width, (uint)height, depth, color, interlaced ? 1 : 0);
            if (color == Palette) file.Chunk("PLTE", palette);
            var image = ImageFile.Decode("test.png", file.ImageData(samples.Raw(interlaced), part: 50).End());

            Assert.Equal((width, height), (image.Width, image.Height));
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++) Assert.Equal(Expected(samples, x, y, color, depth, palette), TestImages.PixelAt(image, x, y));
            }
        }
    }

    private static (byte, byte, byte) Expected(PngSamples samples, int x, int y, int color, int depth, byte[] palette)
    {
        if (color == Palette)
        {
            var entry = samples.Value(x, y, 0) * 3;
            return (palette[entry], palette[entry + 1], palette[entry + 2]);
        }
        var alpha = color switch { GreyAlpha => To8(1), Rgba => To8(3), _ => 255.0 };
        return color is Rgb or Rgba ? (Shown(0), Shown(1), Shown(2)) : (Shown(0), Shown(0), Shown(0));

        // Of 16 bits the high byte counts.
        double To8(int channel) => depth == 16 ? samples.Value(x, y, channel) >> 8 : Math.Round(samples.Value(x, y, channel) * 255.0 / ((1 << depth) - 1), MidpointRounding.AwayFromZero);
        byte Shown(int channel) => (byte)(255 - Math.Round((255 - To8(channel)) * alpha / 255, MidpointRounding.AwayFromZero));
    }

    [Fact]
    public void Transparent_entries_of_a_palette_are_shown_on_white()
    {
        var file = new PngBuilder().Header(3, 1, 8, Palette)
            .Chunk("PLTE", [10, 20, 30, 40, 50, 60, 70, 80, 90])
            .Chunk("tRNS", [0, 51])
            .ImageData([0, 0, 1, 2]).End();
        Assert.Equal([255, 255, 255, 212, 214, 216, 70, 80, 90], ImageFile.Decode("test.png", file).Pixels);
    }

    [Fact]
    public void The_transparent_colour_is_shown_on_white_and_compared_at_full_depth()
    {
        var rgb = new PngBuilder().Header(2, 1, 8, Rgb).Chunk("tRNS", [0, 1, 0, 2, 0, 3]).ImageData([0, 1, 2, 3, 1, 2, 4]).End();
        Assert.Equal([255, 255, 255, 1, 2, 4], ImageFile.Decode("test.png", rgb).Pixels);
        var grey = new PngBuilder().Header(2, 1, 16, Grey).Chunk("tRNS", [0x12, 0x34]).ImageData([0, 0x12, 0x34, 0x12, 0x35]).End();
        Assert.Equal([255, 255, 255, 0x12, 0x12, 0x12], ImageFile.Decode("test.png", grey).Pixels);
    }

    [Fact]
    public void Unknown_ancillary_chunks_and_bytes_after_the_end_are_passed_over()
    {
        byte[] file = [.. new PngBuilder().Header(1, 1, 8, Grey).Chunk("teXt", [1, 2, 3]).ImageData([0, 77]).End(), 9, 9, 9];
        Assert.Equal([77, 77, 77], ImageFile.Decode("test.png", file).Pixels);
    }

    [Fact]
    public void The_orientation_of_an_exif_chunk_is_applied_on_request()
    {
        var tiff = ExifBuilder.Tiff(6, littleEndian: true);
        var file = new PngBuilder().Header(2, 1, 8, Grey).Chunk("eXIf", tiff).ImageData([0, 10, 20]).End();
        var upright = ImageFile.Decode("test.png", file);
        Assert.Equal((1, 2), (upright.Width, upright.Height));
        Assert.Equal([10, 10, 10, 20, 20, 20], upright.Pixels);
        Assert.Equal((2, 1), Size(ImageFile.Decode("test.png", file, new ImageReadOptions { ApplyOrientation = false })));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(1, 500)]
    [InlineData(301, 250)]
    public void Written_pictures_are_read_back_unchanged(int width, int height)
    {
        using var folder = new TemporaryFolder();
        foreach (var image in new[] { TestImages.Noise(width, height, 4), TestImages.Ramps(width, height) })
        {
            ImageFile.Write(folder.PathOf("a.png"), image);
            Assert.Equal(0, TestImages.LargestDifference(image, ImageFile.Read(folder.PathOf("a.png"))));
        }
    }

    [Fact]
    public void Written_ramps_are_compressed_well()
    {
        using var folder = new TemporaryFolder();
        ImageFile.Write(folder.PathOf("a.png"), TestImages.Ramps(512, 512));
        Assert.InRange(new FileInfo(folder.PathOf("a.png")).Length, 100, 512 * 512 * 3 / 20);
    }

    [Fact]
    public void The_sides_of_a_written_file_are_where_PNG_wants_them()
    {
        using var folder = new TemporaryFolder();
        ImageFile.Write(folder.PathOf("a.png"), new RgbImage(300, 2));
        var bytes = File.ReadAllBytes(folder.PathOf("a.png"));
        Assert.Equal((300u, 2u), (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(20))));
    }

    private static (int, int) Size(RgbImage image) => (image.Width, image.Height);
}
