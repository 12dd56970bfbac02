using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace Secateur.WiderFace;

/// <summary>
/// Reads and writes <c>wider_face_*_bbx_gt.txt</c>: for each image its path <c>EVENT/NAME.jpg</c>, the number of faces and one line a face,
/// <c>x y w h blur expression illumination invalid occlusion pose</c>; 0 faces are followed by one line of ten zeros. A line of another form costs
/// its face or its image, not the file.
/// </summary>
internal static class AnnotationFile
{
    private const int FieldCount = 10;
    private static readonly SearchValues<byte> OfNumbers = SearchValues.Create("0123456789 \t.-"u8);

    // The largest value of the attributes behind the box, in the order of the fields.
    private static ReadOnlySpan<int> AttributeMaxima => [2, 1, 1, 1, 2, 1];

    /// <returns>The images, and the lines, with their numbers, that should be the path of one and are not.</returns>
    /// <exception cref="InvalidFileException">The file lists no image.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static (ImmutableArray<WiderFaceImage> Images, ImmutableArray<string> OddPaths) Read(string path, string imageFolder)
    {
        var lines = new TextLines(path, BoundedFile.ReadAllBytes(path, WiderFaceFiles.MaxLength));
        var (images, oddPaths, lost) = (ImmutableArray.CreateBuilder<WiderFaceImage>(), ImmutableArray.CreateBuilder<string>(), false);
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            if (ParseName(line, out var relative) is { } name)
            {
                images.Add(ReadImage(ref lines, name, Path.Combine(imageFolder, name.Event, relative[(name.Event.Length + 1)..])));
                lost = false;
            }
            else if (line.IndexOfAnyExcept(OfNumbers) >= 0)
            {
                oddPaths.Add(lines.Describe($"expected an image path EVENT/NAME.jpg, found '{TextLines.Quote(line)}'"));
                lost = true;
            }
            else if (images.Count > 0 && !lost)
            {
                images[^1] = images[^1] with { Problem = images[^1].Problem ?? lines.Describe($"expected the path of the next image, found '{TextLines.Quote(line)}'") };
            }
        }

        return images.Count > 0
            ? (images.DrainToImmutable(), oddPaths.DrainToImmutable())
            : throw new InvalidFileException(path, oddPaths is [var first, ..] ? $"lists no images; {first}" : "lists no images");
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<WiderFaceImage> images) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (var image in images)
        {
            writer.WriteLine(image.Name);
            writer.WriteLine(image.Faces.Length);
            foreach (var f in image.Faces)
                writer.WriteLine($"{f.X} {f.Y} {f.Width} {f.Height} {(int)f.Blur} {Flag(f.ExaggeratedExpression)} {Flag(f.ExtremeIllumination)} {Flag(f.Invalid)} {(int)f.Occlusion} {Flag(f.AtypicalPose)} ");
            if (image.Faces.IsEmpty) writer.WriteLine(string.Concat(Enumerable.Repeat("0 ", FieldCount)));
        }

        static int Flag(bool value) => value ? 1 : 0;
    });

    private static WiderImageName? ParseName(ReadOnlySpan<byte> line, out string relative)
    {
        relative = Encoding.UTF8.GetString(line.StartsWith("./"u8) ? line[2..] : line);
        return WiderImageName.TryParse(relative, out var name) ? name : null;
    }

    private static WiderFaceImage ReadImage(ref TextLines lines, WiderImageName name, string path)
    {
        var image = new WiderFaceImage(name, path, []);
        if (!lines.TryPeek(out var first) || ParseName(first, out _) is not null) return image with { Problem = lines.Describe("the number of faces is missing behind it") };
        lines.TryRead(out first);
        if (!Utf8Parser.TryParse(first, out int count, out var used) || used != first.Length || count < 0)
            return image with { Problem = lines.Describe($"expected the number of faces, found '{TextLines.Quote(first)}'") };
        if (count == 0)
        {
            if (lines.TryPeek(out var placeholder) && IsZeros(placeholder)) lines.TryRead(out _);
            return image;
        }

        var (faces, odd) = (ImmutableArray.CreateBuilder<AnnotatedFace>(), ImmutableArray.CreateBuilder<string>());
        for (var i = 0; i < count; i++)
        {
            if (!lines.TryPeek(out var line) || ParseName(line, out _) is not null) return image with { Problem = lines.Describe($"ends after {i} of {count} faces") };
            lines.TryRead(out line);
            if (ParseFace(line) is { } face) faces.Add(face);
            else odd.Add(lines.Describe($"expected a face, 'x y w h' and six attributes, found '{TextLines.Quote(line)}'"));
        }

        return image with { Faces = faces.DrainToImmutable(), OddLines = odd.DrainToImmutable() };
    }

    /// <summary>The line in place of the faces of an image without any; some files have fewer than ten zeros.</summary>
    private static bool IsZeros(ReadOnlySpan<byte> line) => line.StartsWith("0"u8) && line.IndexOfAnyExcept("0 \t"u8) < 0;

    private static AnnotatedFace? ParseFace(ReadOnlySpan<byte> line)
    {
        Span<double> fields = stackalloc double[FieldCount];
        Span<int> values = stackalloc int[FieldCount];
        if (!TextLines.TryParseNumbers(line, fields)) return null;
        for (var i = 0; i < FieldCount; i++)
        {
            if (fields[i] != Math.Truncate(fields[i]) || Math.Abs(fields[i]) > short.MaxValue) return null;
            values[i] = (int)fields[i];
        }
        for (var i = 0; i < AttributeMaxima.Length; i++)
        {
            if (values[i + 4] < 0 || values[i + 4] > AttributeMaxima[i]) return null;
        }
        return new AnnotatedFace(
            values[0], values[1], values[2], values[3],
            (FaceBlur)values[4], values[5] == 1, values[6] == 1, values[7] == 1, (FaceOcclusion)values[8], values[9] == 1);
    }
}
