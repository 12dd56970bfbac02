using System.Globalization;
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

    /// <summary>One line a face: image,x1,y1,x2,y2,score.</summary>
    Csv,

    /// <summary>The submission files of WIDER FACE, one after another.</summary>
    Wider,

    /// <summary>A COCO data set whose annotations have scores.</summary>
    Coco,
}

/// <summary>The faces of one image, in pixels.</summary>
internal sealed record ImageDetections(string Image, int Width, int Height, IReadOnlyList<FaceDetection> Faces);

/// <summary>Prints detections.</summary>
internal static class DetectionWriter
{
    public static void Write(IReadOnlyList<ImageDetections> images, DetectionFormat format)
    {
        switch (format)
        {
            case DetectionFormat.Json:
                Report.Json(images);
                break;
            case DetectionFormat.Csv:
                Report.Line("image,x1,y1,x2,y2,score");
                foreach (var (image, face) in images.SelectMany(i => i.Faces.Select(f => (i.Image, f))))
                    Report.Line(string.Create(CultureInfo.InvariantCulture, $"{Quote(image)},{face.X1:F2},{face.Y1:F2},{face.X2:F2},{face.Y2:F2},{face.Score:F4}"));
                break;
            case DetectionFormat.Wider:
                foreach (var image in images) Console.Out.Write(WiderPredictionFile.Format(image.Image, image.Faces));
                break;
            case DetectionFormat.Coco:
                Report.Json(Coco(images));
                break;
            default:
                WriteText(images);
                break;
        }
    }

    private static void WriteText(IReadOnlyList<ImageDetections> images)
    {
        foreach (var image in images)
        {
            Report.Line($"{image.Image} ({image.Width} x {image.Height}): {image.Faces.Count} {(image.Faces.Count == 1 ? "face" : "faces")}");
            foreach (var face in image.Faces)
            {
                Report.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {face.Score:F3}  x {face.X1,7:F1} to {face.X2,7:F1}  y {face.Y1,7:F1} to {face.Y2,7:F1}  ({face.X2 - face.X1:F0} x {face.Y2 - face.Y1:F0})"));
            }
        }
    }

    private static object Coco(IReadOnlyList<ImageDetections> images) => new
    {
        images = images.Select((image, i) => new Dictionary<string, object> { ["id"] = i + 1, ["file_name"] = image.Image, ["width"] = image.Width, ["height"] = image.Height }),
        annotations = images.SelectMany((image, i) => image.Faces.Select(face => (Face: face, Image: i + 1))).Select((a, i) => new Dictionary<string, object>
        {
            ["id"] = i + 1,
            ["image_id"] = a.Image,
            ["category_id"] = 1,
            ["bbox"] = new[] { a.Face.X1, a.Face.Y1, a.Face.X2 - a.Face.X1, a.Face.Y2 - a.Face.Y1 },
            ["area"] = (a.Face.X2 - a.Face.X1) * (a.Face.Y2 - a.Face.Y1),
            ["iscrowd"] = 0,
            ["score"] = a.Face.Score,
        }),
        categories = new[] { new { id = 1, name = "face" } },
    };

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
