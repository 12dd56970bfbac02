using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Secateur.Pixels;

namespace Secateur.WiderFace.Predictions;

/// <summary>
/// The submission files of WIDER FACE, <c>FOLDER/EVENT/NAME.txt</c>: a line <c>EVENT/NAME.jpg</c>, a line with the number of detections, then
/// <c>x y w h score</c> for each, with w = x2 - x1 + 1 and h = y2 - y1 + 1, coordinates to 0.1 and the score to 0.001. Numbers beyond 10^9, which a
/// network finds that has hardly learned, are written as 10^9: no less wrong.
/// </summary>
public static class WiderPredictionFile
{
    private const int FieldCount = 5;
    private const int ShortestLine = 9;
    private const float LargestNumber = 1e9f;

    /// <summary>The submission file of an image.</summary>
    public static string PathOf(string folder, WiderImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Path.Combine(folder, image.Event, image.Name + ".txt");
    }

    /// <summary>Writes the submission file of an image, whole or not at all; its folder is created where it is missing.</summary>
    /// <param name="folder">The folder that holds the folders of the events.</param>
    /// <param name="image">The image.</param>
    /// <param name="detections">Its faces, best first.</param>
    /// <exception cref="ArgumentException">A number is NaN.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string folder, WiderImageName image, IReadOnlyList<FaceDetection> detections)
    {
        var path = PathOf(folder, image);
        var text = Format(image.ToString(), detections);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The text of a submission file, rounded as C's printf rounds (exact ties to even).</summary>
    /// <param name="imageName">The first line.</param>
    /// <param name="detections">The faces, best first.</param>
    /// <exception cref="ArgumentException">A number is NaN.</exception>
    public static string Format(string imageName, IReadOnlyList<FaceDetection> detections)
    {
        ArgumentNullException.ThrowIfNull(detections);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{imageName}\n{detections.Count}\n");
        foreach (var face in detections)
        {
            Append(text, face.X1, decimals: 1, ' ');
            Append(text, face.Y1, decimals: 1, ' ');
            Append(text, face.X2 - face.X1 + 1, decimals: 1, ' ');
            Append(text, face.Y2 - face.Y1 + 1, decimals: 1, ' ');
            Append(text, face.Score, decimals: 3, '\n');
        }
        return text.ToString();
    }

    /// <summary>Reads a submission file. The image name in its first line is not looked at.</summary>
    /// <exception cref="InvalidFileException">A line is malformed, or there are more or fewer lines than declared.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static ImmutableArray<WiderPrediction> Read(string path)
    {
        var lines = new TextLines(path, BoundedFile.ReadAllBytes(path, WiderFaceFiles.MaxLength));
        if (!lines.TryRead(out _)) throw new InvalidFileException(path, "is empty");
        var count = lines.ReadCount("the number of detections");
        if (count > (lines.Remaining + 1) / (ShortestLine + 1))
            throw lines.Error($"declares {count} detections, but only {lines.Remaining} bytes follow");
        var predictions = ImmutableArray.CreateBuilder<WiderPrediction>(count);
        for (var i = 0; i < count; i++)
        {
            if (!lines.TryRead(out var line)) throw lines.Error($"ends after {i} of {count} detections");
            predictions.Add(Parse(line) ?? throw lines.Error($"expected 'x y w h score', found '{TextLines.Quote(line)}'"));
        }
        while (lines.TryRead(out var line))
        {
            if (!line.IsEmpty) throw lines.Error($"goes on after the {count} detections that it declares");
        }
        return predictions.MoveToImmutable();
    }

    private static WiderPrediction? Parse(ReadOnlySpan<byte> line)
    {
        Span<double> numbers = stackalloc double[FieldCount];
        if (!TextLines.TryParseNumbers(line, numbers)) return null;
        foreach (var number in numbers)
        {
            if (!(Math.Abs(number) <= LargestNumber)) return null;
        }
        return new WiderPrediction(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    // A float times 10 or 1000 is exact in double, so rounding the product to even is rounding the value itself.
    private static void Append(StringBuilder text, float value, int decimals, char separator)
    {
        if (float.IsNaN(value)) throw new ArgumentException("a detection holds NaN, which is not a coordinate or a score");
        var unit = decimals == 1 ? 10 : 1000;
        var (whole, fraction) = Math.DivRem((long)Math.Round(Math.Min(Math.Abs((double)value), LargestNumber) * unit), unit);
        if (float.IsNegative(value)) text.Append('-');
        text.Append(whole).Append('.').Append(fraction.ToString(CultureInfo.InvariantCulture).PadLeft(decimals, '0')).Append(separator);
    }
}
