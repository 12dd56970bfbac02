using System.Globalization;
using System.Text;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.WiderFace.Tests.Predictions;

public sealed class WiderPredictionFileTests : IDisposable
{
    private const string Sample = "0--Parade/one.jpg\n3\n16.1 56.3 1051.5 1885.1 1.000\n-2.5 581.0 61.9 903.0 0.999\n1.0 2.0 3.0 4.0 0.051\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Expected values from printf of the float values.
    [Theory]
    [InlineData(0.25f, "0.2")]
    [InlineData(0.75f, "0.8")]
    [InlineData(0.35f, "0.3")]
    [InlineData(0.45f, "0.4")]
    [InlineData(0.15f, "0.2")]
    [InlineData(-0.04f, "-0.0")]
    [InlineData(-0.05f, "-0.1")]
    [InlineData(-12.34f, "-12.3")]
    [InlineData(1023.95f, "1024.0")]
    [InlineData(123456.75f, "123456.8")]
    public void Coordinates_are_rounded_as_printf_does(float value, string expected)
    {
        var text = WiderPredictionFile.Format("x", [new FaceDetection(value, 0, value, 0, 0)]);
        Assert.StartsWith($"x\n1\n{expected} 0.0 ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0f, "0.000")]
    [InlineData(1f, "1.000")]
    [InlineData(0.0005f, "0.001")]
    [InlineData(0.0625f, "0.062")]
    [InlineData(0.1875f, "0.188")]
    [InlineData(0.05f, "0.050")]
    [InlineData(0.9995f, "0.999")]
    [InlineData(0.9999f, "1.000")]
    [InlineData(0.9994f, "0.999")]
    public void Scores_are_rounded_as_printf_does(float value, string expected) =>
        Assert.EndsWith($" 1.0 1.0 {expected}\n", WiderPredictionFile.Format("x", [new FaceDetection(0, 0, 0, 0, value)]), StringComparison.Ordinal);

    [Fact]
    public void Corners_become_width_and_height_with_the_pixel_added_in_any_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = comma;
        try
        {
            WiderPredictionFile.Write(_folder.Root, Image("0--Parade/one.jpg"), [new FaceDetection(-10.5f, 20, 29.5f, 60.25f, 0.9f)]);
            var path = _folder.PathOf("0--Parade", "one.txt");
            Assert.Equal("0--Parade/one.jpg\n1\n-10.5 20.0 41.0 41.2 0.900\n", File.ReadAllText(path));
            Assert.Equal([new WiderPrediction(-10.5, 20, 41, 41.2, 0.9)], WiderPredictionFile.Read(path).AsEnumerable());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void An_image_without_faces_has_a_file_too()
    {
        WiderPredictionFile.Write(_folder.Root, Image("a/b.jpg"), []);
        Assert.Equal("a/b.jpg\n0\n", File.ReadAllText(_folder.PathOf("a", "b.txt")));
        Assert.Empty(WiderPredictionFile.Read(_folder.PathOf("a", "b.txt")));
    }

    [Fact]
    public void What_is_no_number_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => WiderPredictionFile.Write(_folder.Root, Image("a/b.jpg"), [new FaceDetection(0, float.NaN, 1, 1, 0)]));
        Assert.Empty(Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_box_beyond_reason_is_written_so_that_it_can_be_read()
    {
        WiderPredictionFile.Write(_folder.Root, Image("a/b.jpg"), [new FaceDetection(-2e9f, 0, 3e9f, float.MaxValue, 0.5f)]);
        Assert.Equal(new WiderPrediction(-1e9, 0, 1e9, 1e9, 0.5), Assert.Single(WiderPredictionFile.Read(_folder.PathOf("a", "b.txt"))));
    }

    [Fact]
    public void Other_line_ends_and_empty_lines_at_the_end_are_read()
    {
        var path = _folder.Write("x.txt", Sample.ReplaceLineEndings("\r\n") + "\r\n");
        Assert.Equal([1, 0.999, 0.051], WiderPredictionFile.Read(path).Select(prediction => prediction.Score));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("x.jpg\n", "ends before the number of detections")]
    [InlineData("x.jpg\nfew\n", "found 'few'")]
    [InlineData("x.jpg\n3\n1.0 2.0 3.0 4.0 0.5\n", "declares 3 detections")]
    [InlineData("x.jpg\n2\n100.0 200.0 300.0 400.0 0.5\n", "ends after 1 of 2")]
    [InlineData("x.jpg\n2147483647\n1.0 2.0 3.0 4.0 0.5\n", "declares 2147483647")]
    [InlineData("x.jpg\n1\n1.0 2.0 3.0 4.0 0.5\n1.0 2.0 3.0 4.0 0.4\n", "goes on after")]
    [InlineData("x.jpg\n1\n1.0 2.0 3.0 4.0\n", "expected 'x y w h score'")]
    [InlineData("x.jpg\n1\n1.0 2.0 3.0 4.0 0.5 6\n", "expected 'x y w h score'")]
    [InlineData("x.jpg\n1\n1.0 2.0 3.0 4.0 nan\n", "line 3")]
    [InlineData("x.jpg\n1\n1.0 2.0 3.0 4.0 Infinity\n", "line 3")]
    [InlineData("x.jpg\n1\n1e300 2.0 3.0 4.0 0.5\n", "line 3")]
    [InlineData("x.jpg\n1\n1,0 2,0 3,0 4,0 0,5\n", "line 3")]
    public void Malformed_files_are_turned_down(string text, string expected)
    {
        var error = ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(text), path => WiderPredictionFile.Read(path), ".txt");
        Assert.Contains(expected, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_is_turned_down() => Assert.Throws<InvalidFileException>(() => WiderPredictionFile.Read(_folder.Root));

    [Fact]
    public void Mutants_are_read_or_turned_down() =>
        ReaderFuzz.Run([Encoding.UTF8.GetBytes(Sample)], path => WiderPredictionFile.Read(path), ".txt", rounds: 400);

    private static WiderImageName Image(string path) => WiderImageName.TryParse(path, out var image) ? image : throw new ArgumentException(path);
}
