using System.Text.Json.Serialization;
using Secateur.Pixels;

namespace Secateur.Imaging;

/// <summary>The faces of one image: what <c>secateur detect --json</c> and the server tell of it.</summary>
/// <param name="Image">What the image is called.</param>
/// <param name="Width">Columns of the image as it was read.</param>
/// <param name="Height">Rows of the image as it was read.</param>
/// <param name="Faces">Faces in its pixels, best first.</param>
public record ImageDetections(string Image, int Width, int Height, IReadOnlyList<FaceDetection> Faces)
{
    /// <summary>Its number among the images that were asked for, from 1, whether or not those before it could be read.</summary>
    [JsonIgnore]
    public int Number { get; init; } = 1;

    /// <summary>The same, each box cut to the image; none of a box that is wholly outside.</summary>
    public ImageDetections Clipped() => this with
    {
        Faces =
        [
            .. Faces
                .Select(f => new FaceDetection(Math.Clamp(f.X1, 0, Width), Math.Clamp(f.Y1, 0, Height), Math.Clamp(f.X2, 0, Width), Math.Clamp(f.Y2, 0, Height), f.Score))
                .Where(f => f.X2 > f.X1 && f.Y2 > f.Y1),
        ],
    };
}
