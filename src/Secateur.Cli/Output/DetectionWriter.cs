using System.Globalization;
using System.Text.Json;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.WiderFace.Predictions;

namespace Secateur.Cli.Output;

/// <summary>How detections are printed.</summary>
internal enum DetectionFormat
{
    /// <summary>For reading.</summary>
    Text,

    /// <summary>[{image, width, height, faces[{x1, y1, x2, y2, score}]}].</summary>
    Json,

    /// <summary>The same, a line an image.</summary>
    Jsonl,

    /// <summary>One line a face: image,x1,y1,x2,y2,score.</summary>
    Csv,

    /// <summary>The submission files of WIDER FACE, one after another or, with --out, each in its file.</summary>
    Wider,

    /// <summary>A COCO data set whose annotations have scores.</summary>
    Coco,

    /// <summary>The array of results that pycocotools' loadRes takes.</summary>
    CocoResults,
}

/// <summary>What the formats are called on the command line.</summary>
internal static class DetectionFormats
{
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<DetectionFormat>().Select(Name)];

    public static string Name(DetectionFormat format) => JsonNamingPolicy.KebabCaseLower.ConvertName(format.ToString());

    public static DetectionFormat Parse(string name) => Enum.GetValues<DetectionFormat>().First(f => Name(f) == name);
}

/// <summary>How to print, where a format leaves a choice.</summary>
/// <param name="All">CSV: a line of an image without faces, too.</param>
/// <param name="Identities">COCO results: the ids of an annotation file; null for numbers in the order of the images.</param>
internal sealed record DetectionWriterOptions(bool All = false, CocoIdentities? Identities = null);

/// <summary>Prints detections.</summary>
internal static class DetectionWriter
{
    public static void Write(IReadOnlyList<ImageDetections> images, DetectionFormat format, DetectionWriterOptions? options = null)
    {
        options ??= new DetectionWriterOptions();
        switch (format)
        {
            case DetectionFormat.Json:
                Report.Json(images);
                break;
            case DetectionFormat.Jsonl:
                foreach (var image in images) Report.JsonLine(image);
                break;
            case DetectionFormat.Csv:
                Report.Line("image,x1,y1,x2,y2,score");
                foreach (var image in images)
                {
                    foreach (var face in image.Faces)
                        Report.Line(string.Create(CultureInfo.InvariantCulture, $"{Quote(image.Image)},{face.X1:F2},{face.Y1:F2},{face.X2:F2},{face.Y2:F2},{face.Score:F4}"));
                    if (options.All && image.Faces.Count == 0) Report.Line($"{Quote(image.Image)},,,,,");
                }

                break;
            case DetectionFormat.Wider:
                foreach (var image in images) Console.Out.Write(WiderPredictionFile.Format(image.Image, image.Faces));
                break;
            case DetectionFormat.Coco:
                Report.Json(CocoDetections.Dataset(images));
                break;
            case DetectionFormat.CocoResults:
                Report.Json(CocoDetections.Results(images, options.Identities));
                break;
            default:
                WriteText(images);
                break;
        }
    }

    /// <summary>A face for reading.</summary>
    public static string Describe(FaceDetection face) => string.Create(
        CultureInfo.InvariantCulture,
        $"{face.Score:F3}  x {face.X1,7:F1} to {face.X2,7:F1}  y {face.Y1,7:F1} to {face.Y2,7:F1}  ({face.X2 - face.X1:F0} x {face.Y2 - face.Y1:F0})");

    private static void WriteText(IReadOnlyList<ImageDetections> images)
    {
        foreach (var image in images)
        {
            Report.Line($"{image.Image} ({image.Width} x {image.Height}): {image.Faces.Count} {(image.Faces.Count == 1 ? "face" : "faces")}");
            foreach (var face in image.Faces) Report.Line($"  {Describe(face)}");
        }
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
