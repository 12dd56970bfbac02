using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class ImageSizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.jpg")]
    [InlineData("a.ppm")]
    public void The_size_is_read_from_the_header_alone(string name)
    {
        ImageFile.Write(_folder.PathOf(name), TestImages.Noise(300, 211, 1));
        Assert.Equal((300, 211), ImageFile.ReadSize(_folder.PathOf(name)));
        _folder.Write(name, File.ReadAllBytes(_folder.PathOf(name))[..2000]);
        Assert.Equal((300, 211), ImageFile.ReadSize(_folder.PathOf(name)));
    }

    [Fact]
    public void The_size_is_found_behind_large_metadata()
    {
        ImageFile.Write(_folder.PathOf("a.jpg"), TestImages.Ramps(40, 30));
        var jpeg = File.ReadAllBytes(_folder.PathOf("a.jpg"));
        byte[] comment = [0xFF, 0xFE, 0xFF, 0xFF, .. new byte[0xFFFD]];
        Assert.Equal((40, 30), ImageFile.ReadSize(_folder.Write("b.jpg", [.. jpeg[..2], .. comment, .. comment, .. jpeg[2..]])));
    }

    [Fact]
    public void Damaged_headers_are_turned_down()
    {
        Assert.Contains("is empty", ReaderFuzz.Rejects([], path => ImageFile.ReadSize(path), ".jpg").Problem, StringComparison.Ordinal);
        ReaderFuzz.Rejects([0xFF, 0xD8, 0xFF], path => ImageFile.ReadSize(path), ".jpg");
        ReaderFuzz.Rejects("P6 0 5 255 "u8.ToArray(), path => ImageFile.ReadSize(path), ".ppm");
        ReaderFuzz.Rejects("P6 99999 99999 255 "u8.ToArray(), path => ImageFile.ReadSize(path), ".ppm");
        string[] names = ["a.png", "a.jpg", "a.ppm"];
        foreach (var name in names) ImageFile.Write(_folder.PathOf(name), TestImages.Noise(17, 11, 1));
        ReaderFuzz.Run([.. names.Select(name => File.ReadAllBytes(_folder.PathOf(name)))], path => ImageFile.ReadSize(path), ".img");
    }

    [Theory]
    [InlineData(2, 151, 106)]
    [InlineData(4, 76, 53)]
    [InlineData(8, 38, 27)]
    public void Jpegs_are_decoded_at_a_fraction_of_their_size(int reduction, int width, int height)
    {
        ImageFile.Write(_folder.PathOf("a.jpg"), TestImages.Ramps(301, 211), 95);
        var whole = ImageFile.Read(_folder.PathOf("a.jpg"));
        var reduced = ImageFile.Read(_folder.PathOf("a.jpg"), new ImageReadOptions { JpegReduction = reduction });
        Assert.Equal((width, height), (reduced.Width, reduced.Height));
        for (var y = 0; y < 211 / reduction; y++)
        {
            for (var x = 0; x < 301 / reduction; x++)
            {
                var mean = Enumerable.Range(0, reduction * reduction)
                    .Average(i => whole.Pixels[((((y * reduction) + (i / reduction)) * 301) + (x * reduction) + (i % reduction)) * 3]);
                Assert.InRange(reduced.Pixels[((y * width) + x) * 3], mean - 6, mean + 6);
            }
        }
    }

    [Fact]
    public void Other_formats_and_reductions_stay_as_they_are()
    {
        ImageFile.Write(_folder.PathOf("a.png"), TestImages.Ramps(30, 20));
        Assert.Equal(30, ImageFile.Read(_folder.PathOf("a.png"), new ImageReadOptions { JpegReduction = 4 }).Width);
        ImageFile.Write(_folder.PathOf("a.jpg"), TestImages.Ramps(30, 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Read(_folder.PathOf("a.jpg"), new ImageReadOptions { JpegReduction = 3 }));
    }
}
