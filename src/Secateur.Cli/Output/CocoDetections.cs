using Secateur.Imaging;
using Secateur.Pixels;

namespace Secateur.Cli.Output;

/// <summary>Detections in the two forms of COCO (Lin et al., ECCV 2014).</summary>
internal static class CocoDetections
{
    private const int FaceCategory = 1;

    /// <summary>A data set whose annotations have scores.</summary>
    public static object Dataset(IReadOnlyList<ImageDetections> images) => new
    {
        images = images.Select(image => new Dictionary<string, object> { ["id"] = image.Number, ["file_name"] = image.Image, ["width"] = image.Width, ["height"] = image.Height }),
        annotations = images.SelectMany(image => image.Faces.Select(face => (Face: face, Image: image.Number))).Select((a, i) => new Dictionary<string, object>
        {
            ["id"] = i + 1,
            ["image_id"] = a.Image,
            ["category_id"] = FaceCategory,
            ["bbox"] = Box(a.Face),
            ["area"] = (a.Face.X2 - a.Face.X1) * (a.Face.Y2 - a.Face.Y1),
            ["iscrowd"] = 0,
            ["score"] = a.Face.Score,
        }),
        categories = new[] { new { id = FaceCategory, name = "face" } },
    };

    /// <summary>The array of results that pycocotools' <c>loadRes</c> takes.</summary>
    /// <param name="images">The images.</param>
    /// <param name="identities">Image ids, by the images' paths, and the face's category; null for the images' numbers and 1.</param>
    public static object Results(IReadOnlyList<ImageDetections> images, CocoIdentities? identities) =>
        images.SelectMany(image => image.Faces.Select(face => new Dictionary<string, object>
        {
            ["image_id"] = identities?.ImageOf(image.Image) ?? image.Number,
            ["category_id"] = identities?.Face ?? FaceCategory,
            ["bbox"] = Box(face),
            ["score"] = face.Score,
        }));

    private static float[] Box(FaceDetection face) => [face.X1, face.Y1, face.X2 - face.X1, face.Y2 - face.Y1];
}
