using System.Collections.Immutable;
using System.Text;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.WiderFace.Tests;

public sealed class AnnotationFileTests : IDisposable
{
    private const string Sample =
        "0--Parade/first.jpg\n2\n345 211 4 5 2 1 0 1 2 0 \n-3 126 30 40 0 0 1 0 1 1 \n"
        + "0--Parade/nobody.jpg\n0\n0 0 0 0 0 0 0 0 0 0 \n"
        + "1--Handshaking/flat.jpg\n1\n10 20 0 7 1 0 0 0 0 0 \n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_faces_and_attributes_are_read()
    {
        var images = Read(Sample);
        Assert.Equal(["0--Parade/first.jpg", "0--Parade/nobody.jpg", "1--Handshaking/flat.jpg"], images.Select(image => image.Name.ToString()));
        Assert.Equal(Path.Combine("root", "1--Handshaking", "flat.jpg"), images[2].Path);
        Assert.Equal(
            [
                new AnnotatedFace(345, 211, 4, 5, FaceBlur.Heavy, true, false, true, FaceOcclusion.Heavy, false),
                new AnnotatedFace(-3, 126, 30, 40, FaceBlur.Clear, false, true, false, FaceOcclusion.Partial, true),
            ],
            images[0].Faces.AsEnumerable());
        Assert.Empty(images[1].Faces);
        Assert.Equal((0, 7), (images[2].Faces[0].Width, images[2].Faces[0].Height));
    }

    [Fact]
    public void What_is_written_is_the_official_text()
    {
        var path = _folder.PathOf("written.txt");
        AnnotationFile.Write(path, Read(Sample));
        Assert.Equal(Sample, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("\r\n", false)]
    [InlineData("\n\n", true)]
    public void Other_line_ends_and_a_byte_order_mark_are_read(string lineEnd, bool onlyBetweenImages)
    {
        var text = onlyBetweenImages ? Sample.Replace("1 1 \n", "1 1 " + lineEnd, StringComparison.Ordinal) : Sample.ReplaceLineEndings(lineEnd);
        Assert.Equal([2, 0, 1], Read("\uFEFF" + text).Select(image => image.Faces.Length));
    }

    [Fact]
    public void The_line_of_zeros_and_the_last_line_end_may_be_missing() =>
        Assert.Equal([0, 0, 1], Read("a/b.jpg\n0\nc/d.png\n0\ne/f.jpg\n1\n1 2 3 4 0 0 0 0 0 0").Select(image => image.Faces.Length));

    [Fact]
    public void A_line_of_zeros_may_be_short_and_a_path_may_begin_with_a_dot() =>
        Assert.Equal([0, 0, 1], Read("./a/b.jpg\n0\n0 0 0 0\na/c.jpg\n0\n0\na/d.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n").Select(image => image.Problem is null ? image.Faces.Length : -1));

    [Fact]
    public void A_negative_size_is_read_and_left_to_whoever_uses_the_face() => Assert.Equal(-3, Read("a/b.jpg\n1\n1 2 -3 4 0 0 0 0 0 0\n")[0].Faces[0].Width);

    [Theory]
    [InlineData("10 20 30 40 0 0 0 0 0")]
    [InlineData("1 2 3 4 0 0 0 0 0 0 0")]
    [InlineData("1 2 3 4.5 0 0 0 0 0 0")]
    [InlineData("1 2 3 4 3 0 0 0 0 0")]
    [InlineData("1 2 3 4 0 0 0 0 3 0")]
    [InlineData("1 2 3 4 0 0 0 0 -1 0")]
    [InlineData("1 2 NaN 4 0 0 0 0 0 0")]
    [InlineData("1 2 1e300 4 0 0 0 0 0 0")]
    public void An_odd_line_costs_its_face_only(string line)
    {
        var images = Read($"a/b.jpg\n2\n{line}\n1 2 3 4 0 0 0 0 0 0\na/c.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n");
        Assert.Equal([1, 1], images.Select(i => i.Faces.Length));
        Assert.All(images, i => Assert.Null(i.Problem));
        Assert.StartsWith("line 3: expected a face", Assert.Single(images[0].OddLines), StringComparison.Ordinal);
        Assert.Empty(images[1].OddLines);
    }

    [Theory]
    [InlineData("", "the number of faces is missing")]
    [InlineData("many\n", "expected the number of faces, found 'many'")]
    [InlineData("-1\n", "expected the number of faces")]
    [InlineData("99999999999999999999\n", "expected the number of faces")]
    [InlineData("2000000000\n1 2 3 4 0 0 0 0 0 0\n", "ends after 1 of 2000000000")]
    [InlineData("2\n10000 20000 1000 1000 0 0 0 0 0 0          \n", "ends after 1 of 2")]
    [InlineData("1\n1 2 3 4 0 0 0 0 0 0\n1 2 3 4 0 0 0 0 0 0\n", "expected the path of the next image")]
    public void A_wrong_number_of_faces_costs_its_image_only(string part, string expected)
    {
        foreach (var images in new[] { Read($"a/a.jpg\n0\na/b.jpg\n{part}a/c.jpg\n0\n"), Read($"a/a.jpg\n0\na/b.jpg\n{part}") })
        {
            Assert.Contains(expected, images[1].Problem, StringComparison.Ordinal);
            Assert.All(images.RemoveAt(1), i => Assert.Null(i.Problem));
        }
    }

    [Theory]
    [InlineData("../b.jpg")]
    [InlineData("/b.jpg")]
    [InlineData("a/../b.jpg")]
    [InlineData("a\\b/c.jpg")]
    [InlineData("C:/b.jpg")]
    [InlineData("a/b")]
    [InlineData("a/.jpg")]
    [InlineData("a/b\0c.jpg")]
    public void A_path_that_is_none_costs_its_image_only(string path)
    {
        var (images, odd) = AnnotationFile.Read(_folder.Write("gt.txt", $"a/a.jpg\n0\n{path}\n1\n1 2 3 4 0 0 0 0 0 0\na/c.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n"), "root");
        Assert.Equal(["a/a.jpg", "a/c.jpg"], images.Select(i => i.Name.ToString()));
        Assert.All(images, i => Assert.Null(i.Problem));
        Assert.StartsWith("line 3: expected an image path EVENT/NAME.jpg, found '", Assert.Single(odd), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "lists no images")]
    [InlineData("1 2 3 4\n", "lists no images")]
    [InlineData("no list\n", "line 1: expected an image path EVENT/NAME.jpg, found 'no list'")]
    public void A_file_without_images_is_turned_down(string text, string expected)
    {
        var error = ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(text), path => AnnotationFile.Read(path, "root"), ".txt");
        Assert.Contains(expected, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_line_is_turned_down_with_a_short_message()
    {
        var error = ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(new string('x', 1 << 20)), path => AnnotationFile.Read(path, "root"), ".txt");
        Assert.True(error.Problem.Length < 200);
    }

    [Fact]
    public void Mutants_are_read_or_turned_down() =>
        ReaderFuzz.Run([Encoding.UTF8.GetBytes(Sample)], path => AnnotationFile.Read(path, "root"), ".txt", rounds: 400);

    private ImmutableArray<WiderFaceImage> Read(string text) => AnnotationFile.Read(_folder.Write("gt.txt", text), "root").Images;
}
