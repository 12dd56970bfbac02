using Secateur.Imaging.Skia;
using Secateur.Pixels;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

/// <summary>The formats that Skia alone reads. The files are written byte by byte here, but for WebP.</summary>
public sealed class SkiaFormatTests
{
    // 3 x 2 pixels: red, green, blue; white, black, red.
    private static readonly byte[] Pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0];

    [Fact]
    public void A_bmp_is_read() => Assert.Equal(Pixels, ImageFile.Decode("a.bmp", Bmp()).Pixels);

    [Theory]
    [InlineData(0, 10, 20, 30)]
    [InlineData(255, 10, 20, 30)]
    public void A_bitmap_whose_fourth_bytes_are_all_zero_is_shown_as_one_without_them(byte fourth, byte red, byte green, byte blue)
    {
        byte[] pixels = [.. Enumerable.Repeat<byte[]>([blue, green, red, fourth], 4).SelectMany(p => p)];
        byte[] masks = [.. Int(0xFF0000), .. Int(0xFF00), .. Int(0xFF), 0, 0, 0, 0xFF];
        byte[] header = [.. Int(124), .. Int(2), .. Int(2), 1, 0, 32, 0, .. Int(3), .. Int(16), .. new byte[16], .. masks, .. new byte[68]];
        byte[] file = [.. "BM"u8, .. Int(14 + header.Length + 16), .. Int(0), .. Int(14 + header.Length), .. header, .. pixels];
        Assert.Equal([.. Enumerable.Repeat<byte[]>([red, green, blue], 4).SelectMany(p => p)], ImageFile.Decode("a.bmp", file).Pixels);
    }

    [Fact]
    public void The_first_frame_of_a_gif_is_read()
    {
        var image = ImageFile.Decode("a.gif", Gif(frames: 2));
        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal(Pixels, image.Pixels);
    }

    [Fact]
    public void A_webp_is_written_and_read_back_nearly_unchanged()
    {
        using var folder = new TemporaryFolder();
        var image = TestImages.Ramps(80, 60);
        ImageFile.Write(folder.PathOf("a.webp"), image, 95);
        Assert.InRange(TestImages.LargestDifference(image, ImageFile.Read(folder.PathOf("a.webp"))), 1, 24);
        Assert.Equal((80, 60), ImageFile.ReadSize(folder.PathOf("a.webp")));
    }

    [Fact]
    public void A_picture_too_large_for_a_webp_is_refused_with_the_limit()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("16383", Assert.Throws<ArgumentException>(() => ImageFile.Write(folder.PathOf("a.webp"), new RgbImage(16384, 1))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Headers_tell_sizes_without_the_rest()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(new ImageHeader(3, 2, 1), ImageFile.ReadHeader(folder.Write("a.bmp", Bmp())));
        Assert.Equal(new ImageHeader(3, 2, 1), ImageFile.ReadHeader(folder.Write("a.gif", Gif(frames: 1))));
    }

    [Fact]
    public void Headers_in_memory_tell_any_size_and_png_files_are_made_there()
    {
        Assert.Equal(new ImageHeader(3, 2, 1), ImageFile.DecodeHeader("a", Bmp()));
        var giant = new PngBuilder().Header(30_000, 30_000, 8, 2).ImageData(new byte[20]).End();
        Assert.Equal(new ImageHeader(30_000, 30_000, 1), ImageFile.DecodeHeader("giant", giant));
        Assert.Contains("giant: ", Assert.Throws<InvalidFileException>(() => ImageFile.Decode("giant", giant)).Message, StringComparison.Ordinal);
        Assert.Contains("0 x 2", Assert.Throws<InvalidFileException>(() => ImageFile.DecodeHeader("none", "P6 0 2 255 "u8.ToArray())).Message, StringComparison.Ordinal);
        var noise = TestImages.Noise(30, 21, 1);
        Assert.Equal(noise.Pixels, ImageFile.Decode("noise", ImageFile.EncodePng(noise)).Pixels);
    }

    [Fact]
    public void The_orientation_of_a_header_is_the_one_that_decoding_applies_wherever_it_stands()
    {
        using var folder = new TemporaryFolder();
        var noise = TestImages.Noise(300, 211, 1);
        var tiff = ExifBuilder.Tiff(6, littleEndian: false);
        var text = new PngBuilder().Header(3, 2, 8, 2).Chunk("tEXt", new byte[100_000]);
        (string Name, byte[] File)[] files =
        [
            ("behind the picture.webp", WebPWithExif(SkiaBitmap.EncodeWebP(noise, 100), 300, 211, tiff)),
            ("behind a long text.png", text.Chunk("eXIf", tiff).ImageData(new byte[20]).End()),
            ("before the picture.jpg", ExifBuilder.Insert(ImageFile.EncodeJpeg(noise), tiff)),
        ];
        foreach (var (name, file) in files)
        {
            var path = folder.Write(name, file);
            var (header, image) = (ImageFile.ReadHeader(path), ImageFile.Read(path));
            Assert.Equal(6, header.Orientation);
            Assert.Equal(header.UprightSize, (image.Width, image.Height));
        }
    }

    [Fact]
    public void Giant_pictures_are_refused_before_memory_is_set_aside()
    {
        var bmp = Bmp();
        foreach (var at in new[] { 18, 22 }) BitConverter.TryWriteBytes(bmp.AsSpan(at), 60_000);
        ReaderFuzz.Rejects(bmp, path => ImageFile.Read(path), ".bmp");
        var gif = Gif(frames: 1);
        foreach (var at in new[] { 6, 8 }) BitConverter.TryWriteBytes(gif.AsSpan(at), ushort.MaxValue);
        Assert.Contains("pixels, more than the limit", ReaderFuzz.Rejects(gif, path => ImageFile.Read(path), ".gif").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncations_are_refused_unless_the_whole_picture_is_there()
    {
        foreach (var (name, file) in new[] { ("BMP", Bmp()), ("GIF", Gif(frames: 1)), ("WebP", SkiaBitmap.EncodeWebP(TestImages.Noise(20, 10, 1), 90)) })
        {
            var whole = ImageFile.Decode("a", file);
            var refused = 0;
            for (var length = 16; length < file.Length; length++)
            {
                try
                {
                    Assert.Equal(whole.Pixels, ImageFile.Decode("a", file[..length]).Pixels);
                }
                catch (InvalidFileException error)
                {
                    refused++;
                    Assert.Contains(name, error.Problem, StringComparison.Ordinal);
                }
            }

            Assert.InRange(refused, file.Length / 2, file.Length);
        }
    }

    [Fact]
    public void Mutants_are_read_or_refused()
    {
        var options = new ImageReadOptions { MaxPixels = 1_000_000 };
        ReaderFuzz.Run([Bmp(), Gif(frames: 2), SkiaBitmap.EncodeWebP(TestImages.Noise(20, 10, 1), 90), SkiaBitmap.EncodeWebP(TestImages.Ramps(33, 21), 30)], path => ImageFile.Read(path, options), ".img", rounds: 300);
        ReaderFuzz.Run([Bmp(), Gif(frames: 2), SkiaBitmap.EncodeWebP(TestImages.Noise(20, 10, 1), 90)], path => ImageFile.ReadHeader(path), ".img", rounds: 300);
    }

    /// <summary>A plain WebP file in the extended layout, with EXIF data at its end.</summary>
    private static byte[] WebPWithExif(byte[] plain, int width, int height, byte[] tiff)
    {
        byte[] chunks =
        [
            .. "WEBPVP8X"u8, .. Int(10), 8, 0, 0, 0, .. Int(width - 1)[..3], .. Int(height - 1)[..3],
            .. plain[12..],
            .. "EXIF"u8, .. Int(tiff.Length), .. tiff,
        ];
        return [.. "RIFF"u8, .. Int(chunks.Length), .. chunks];
    }

    /// <summary>24 bits a pixel, the last row first, rows of a multiple of four bytes.</summary>
    private static byte[] Bmp()
    {
        var rows = new List<byte>();
        for (var y = 1; y >= 0; y--)
        {
            for (var x = 0; x < 3; x++) rows.AddRange(Pixels.AsSpan(((y * 3) + x) * 3, 3).ToArray().Reverse());
            rows.AddRange(new byte[3]);
        }

        return [.. "BM"u8, .. Int(54 + rows.Count), 0, 0, 0, 0, .. Int(54), .. Int(40), .. Int(3), .. Int(2), 1, 0, 24, 0, .. Int(0), .. Int(rows.Count), .. Int(0), .. Int(0), .. Int(0), .. Int(0), .. rows];
    }

    /// <summary>Eight colours; LZW without any repetition: every code is a clear code or a colour.</summary>
    private static byte[] Gif(int frames)
    {
        byte[] palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9];
        int[] codes = [8, 0, 1, 8, 2, 3, 8, 4, 0, 9];
        var (bits, count) = (0UL, 0);
        foreach (var code in codes) (bits, count) = (bits | ((ulong)code << count), count + 4);
        byte[] data = [.. BitConverter.GetBytes(bits)[..((count + 7) / 8)]];
        byte[] frame = [(byte)',', 0, 0, 0, 0, 3, 0, 2, 0, 0, 3, (byte)data.Length, .. data, 0];
        return [.. "GIF89a"u8, 3, 0, 2, 0, 0xF2, 0, 0, .. palette, .. Enumerable.Repeat(frame, frames).SelectMany(f => f), (byte)';'];
    }

    private static byte[] Int(int value) => BitConverter.GetBytes(value);
}
