using System.Numerics;

namespace Secateur.Imaging.Scenes;

/// <summary>The bumps and hollows of a face, laid on the rounded head: what light and shade make a face of.</summary>
internal sealed class FaceRelief
{
    private readonly (float X, float Y, float RadiusX, float RadiusY, float Height)[] _bumps;

    public FaceRelief(HeadTraits traits)
    {
        var (eye, nose, mouth) = (traits.EyeDistance, traits.NoseWidth, traits.MouthWidth);
        _bumps =
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
    }

    /// <summary>The slope of the relief at a place of the face, per unit to the right and downwards.</summary>
    public Vector2 Slope(Vector2 face)
    {
        var slope = Vector2.Zero;
        foreach (var (x, y, radiusX, radiusY, height) in _bumps)
        {
            var (dx, dy) = (face.X - x, face.Y - y);
            slope -= height * Shape.Bell(dx, dy, radiusX, radiusY) * new Vector2(dx / (radiusX * radiusX), dy / (radiusY * radiusY));
        }
        return slope;
    }
}
