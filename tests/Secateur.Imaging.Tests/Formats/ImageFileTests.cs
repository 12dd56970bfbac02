using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class ImageFileTests
{
    [Fact]
    public void The_content_decides_not_the_extension()
    {
        using var folder = new TemporaryFolder();
        var image = TestImages.Noise(9, 5, 1);
        ImageFile.Write(folder.PathOf("a.png"), image);
        File.Move(folder.PathOf("a.png"), folder.PathOf("a.jpg"));
        Assert.Equal(0, TestImages.LargestDifference(image, ImageFile.Read(folder.PathOf("a.jpg"))));
    }

    [Theory]
    [InlineData("a.PNG")]
    [InlineData("a.Jpg")]
    [InlineData("a.JPEG")]
    [InlineData("a.webp")]
    [InlineData("a.ppm")]
    public void The_extension_decides_what_is_written_in_any_case_of_letters(string name)
    {
        using var folder = new TemporaryFolder();
        ImageFile.Write(folder.PathOf(name), TestImages.Ramps(16, 16));
        Assert.Equal(16, ImageFile.Read(folder.PathOf(name)).Width);
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a.gif")]
    [InlineData("a.pgm")]
    public void Other_extensions_are_refused_for_writing(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentException>(() => ImageFile.Write(folder.PathOf(name), TestImages.Ramps(16, 16)));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_directory_is_named_as_such()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<InvalidFileException>(() => ImageFile.Read(folder.Root));
        Assert.Contains("is a directory", error.Problem, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => ImageFile.Read(folder.PathOf("none.jpg")));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("GIF89a", "GIF")]
    [InlineData("BM....", "BMP")]
    [InlineData("RIFF....WEBPVP8 ", "WebP")]
    [InlineData("....ftypheic", "a HEIF")]
    [InlineData("MM\0*....", "a TIFF")]
    [InlineData("hello", "68656C6C6F")]
    [InlineData("P", "50")]
    [InlineData("P8 1 1", "5038")]
    public void Other_files_are_named_where_known(string content, string problem) =>
        Assert.Contains(problem, ReaderFuzz.Rejects([.. content.Select(c => (byte)c)], path => ImageFile.Read(path), ".jpg").Problem, StringComparison.Ordinal);

    [Fact]
    public void A_jpeg_in_memory_is_the_one_that_is_written()
    {
        using var folder = new TemporaryFolder();
        var image = TestImages.Noise(20, 10, 1);
        ImageFile.Write(folder.PathOf("a.jpg"), image, 75);
        Assert.Equal(File.ReadAllBytes(folder.PathOf("a.jpg")), ImageFile.EncodeJpeg(image, 75));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.EncodeJpeg(image, 0));
    }

    [Fact]
    public void The_pixel_limit_is_the_callers_choice()
    {
        byte[] file = [.. "P5 10 10 255\n"u8, .. new byte[100]];
        Assert.Equal(10, ImageFile.Decode("a", file, new ImageReadOptions { MaxPixels = 100 }).Width);
        Assert.Throws<InvalidFileException>(() => ImageFile.Decode("a", file, new ImageReadOptions { MaxPixels = 99 }));
        Assert.Throws<InvalidFileException>(() => ImageFile.Decode("a", file, new ImageReadOptions { MaxPixels = -1 }));
    }
}
