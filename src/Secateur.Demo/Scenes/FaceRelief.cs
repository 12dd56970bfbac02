using System.Numerics;
using System.Runtime.Intrinsics;

namespace Secateur.Demo.Scenes;

/// <summary>The bumps and hollows of a face, laid on the rounded head: what light and shade make a face of.</summary>
internal sealed class FaceRelief
{
    // Eight bumps a vector; per X and Y is 1 by the square of the radius.
    private readonly (Vector256<float> X, Vector256<float> Y, Vector256<float> PerX, Vector256<float> PerY, Vector256<float> Height)[] _bumps;

    public FaceRelief(HeadTraits traits)
    {
        var (eye, nose, mouth) = (traits.EyeDistance, traits.NoseWidth, traits.MouthWidth);
        (float X, float Y, float RadiusX, float RadiusY, float Height)[] bumps =
        [
            // Nose: bridge, ridge, tip, wings.
            (0, -0.14f, 0.060f, 0.13f, 0.045f),
            (0, 0.06f, 0.065f, 0.14f, 0.075f),
            (0, 0.26f, 0.085f * nose, 0.10f, 0.120f),
            (-0.115f * nose, 0.33f, 0.050f, 0.05f, 0.045f),
            (0.115f * nose, 0.33f, 0.050f, 0.05f, 0.045f),
            // Eye sockets, brow ridges, eyeballs.
            (-eye + 0.04f, -0.14f, 0.16f, 0.10f, -0.085f),
            (eye - 0.04f, -0.14f, 0.16f, 0.10f, -0.085f),
            (-eye, -0.34f, 0.19f, 0.07f, 0.040f),
            (eye, -0.34f, 0.19f, 0.07f, 0.040f),
            (-eye, -0.10f, 0.10f, 0.07f, 0.035f),
            (eye, -0.10f, 0.10f, 0.07f, 0.035f),
            // Cheeks, lips, the hollow below them, chin.
            (-0.44f, 0.16f, 0.19f, 0.16f, 0.075f),
            (0.44f, 0.16f, 0.19f, 0.16f, 0.075f),
            (0, 0.53f, mouth * 0.8f, 0.045f, 0.030f),
            (0, 0.665f, mouth * 0.65f, 0.05f, 0.040f),
            (0, 0.77f, 0.17f, 0.045f, -0.030f),
            (0, 0.91f, 0.17f, 0.10f, 0.050f),
        ];
        _bumps = [.. bumps.Chunk(Vector256<float>.Count).Select(some => (
            Lanes(some, b => b.X), Lanes(some, b => b.Y),
            Lanes(some, b => 1 / (b.RadiusX * b.RadiusX)), Lanes(some, b => 1 / (b.RadiusY * b.RadiusY)), Lanes(some, b => b.Height)))];

        static Vector256<float> Lanes<T>(T[] some, Func<T, float> value) =>
            Vector256.Create([.. some.Select(value), .. new float[Vector256<float>.Count - some.Length]]);
    }

    /// <summary>The slope of the relief at a place of the face, per unit to the right and downwards.</summary>
    public Vector2 Slope(Vector2 face)
    {
        var (slopeX, slopeY) = (Vector256<float>.Zero, Vector256<float>.Zero);
        foreach (var (x, y, perX, perY, height) in _bumps)
        {
            var (dx, dy) = (Vector256.Create(face.X) - x, Vector256.Create(face.Y) - y);
            var (u, v) = (dx * perX, dy * perY);
            var lifted = height * Shape.Bell((u * dx) + (v * dy));
            slopeX -= lifted * u;
            slopeY -= lifted * v;
        }
        return new Vector2(Vector256.Sum(slopeX), Vector256.Sum(slopeY));
    }
}
