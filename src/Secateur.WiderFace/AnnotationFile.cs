using System.Collections.Immutable;
using System.Text;

namespace Secateur.WiderFace;

/// <summary>
/// Reads and writes <c>wider_face_*_bbx_gt.txt</c>: for each image its path <c>EVENT/NAME.jpg</c>, the number of faces and one line a face,
/// <c>x y w h blur expression illumination invalid occlusion pose</c>; 0 faces are followed by one line of ten zeros.
/// </summary>
internal static class AnnotationFile
{
    private const int FieldCount = 10;
    private const int ShortestFaceLine = 19;

    // The largest value of the attributes behind the box, in the order of the fields.
    private static ReadOnlySpan<int> AttributeMaxima => [2, 1, 1, 1, 2, 1];

    /// <exception cref="InvalidFileException">The file does not have that form.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static ImmutableArray<WiderFaceImage> Read(string path, string imageFolder)
    {
        var lines = new TextLines(path, BoundedFile.ReadAllBytes(path, WiderFaceFiles.MaxLength));
        var images = ImmutableArray.CreateBuilder<WiderFaceImage>();
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            var relative = Encoding.UTF8.GetString(line);
            if (!WiderImageName.TryParse(relative, out var name))
                throw lines.Error($"expected an image path EVENT/NAME.jpg, found '{TextLines.Quote(line)}'");
            images.Add(new WiderFaceImage(name, Path.Combine(imageFolder, name.Event, relative[(name.Event.Length + 1)..]), ReadFaces(ref lines)));
        }
        return images.Count > 0 ? images.DrainToImmutable() : throw new InvalidFileException(path, "lists no images");
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

    private static ImmutableArray<AnnotatedFace> ReadFaces(ref TextLines lines)
    {
        var count = lines.ReadCount("the number of faces");
        if (count == 0)
        {
            Span<double> zeros = stackalloc double[FieldCount];
            if (lines.TryPeek(out var placeholder) && TextLines.TryParseNumbers(placeholder, zeros)) lines.TryRead(out _);
            return [];
        }
        if (count > (lines.Remaining + 1) / (ShortestFaceLine + 1))
            throw lines.Error($"declares {count} faces, but only {lines.Remaining} bytes follow");
        var faces = ImmutableArray.CreateBuilder<AnnotatedFace>(count);
        for (var i = 0; i < count; i++)
        {
            if (!lines.TryRead(out var line)) throw lines.Error($"ends after {i} of {count} faces");
            faces.Add(ParseFace(line) ?? throw lines.Error($"expected a face, 'x y w h' and six attributes, found '{TextLines.Quote(line)}'"));
        }
        return faces.MoveToImmutable();
    }

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
        for (var i = 2; i < FieldCount; i++)
        {
            if (values[i] < 0 || (i >= 4 && values[i] > AttributeMaxima[i - 4])) return null;
        }
        return new AnnotatedFace(
            values[0], values[1], values[2], values[3],
            (FaceBlur)values[4], values[5] == 1, values[6] == 1, values[7] == 1, (FaceOcclusion)values[8], values[9] == 1);
    }
}
