using System.Collections.Immutable;
using Secateur.Pixels;

namespace Secateur.Training.Evaluation;

/// <summary>Which faces of an image were found.</summary>
/// <param name="Found">Faces that a detection overlaps by half or more.</param>
/// <param name="Missed">The others.</param>
/// <param name="Wrong">Detections that took no face.</param>
internal sealed record FaceMatching(ImmutableArray<FaceDetection> Found, ImmutableArray<FaceDetection> Missed, ImmutableArray<FaceDetection> Wrong)
{
    private const float LeastOverlap = 0.5f;

    /// <summary>Each detection, best first, takes the face that it overlaps most, at least by half.</summary>
    public static FaceMatching Of(IEnumerable<FaceDetection> detections, IEnumerable<FaceDetection> faces)
    {
        var (left, found, wrong) = (faces.ToList(), ImmutableArray.CreateBuilder<FaceDetection>(), ImmutableArray.CreateBuilder<FaceDetection>());
        foreach (var detection in detections.OrderByDescending(d => d.Score))
        {
            if (left.Count > 0 && left.MaxBy(face => Overlap(face, detection)) is var nearest && Overlap(nearest, detection) >= LeastOverlap)
            {
                left.Remove(nearest);
                found.Add(nearest);
            }
            else
            {
                wrong.Add(detection);
            }
        }

        return new FaceMatching(found.ToImmutable(), [.. left], wrong.ToImmutable());
    }

    private static float Overlap(FaceDetection a, FaceDetection b)
    {
        var common = Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1)) * Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));
        return common / (Area(a) + Area(b) - common);

        static float Area(FaceDetection face) => (face.X2 - face.X1) * (face.Y2 - face.Y1);
    }
}
