using System.Numerics;
using System.Runtime.Intrinsics;

namespace Secateur.Demo.Scenes;

/// <summary>Small functions that soft shapes are made of.</summary>
internal static class Shape
{
    /// <summary>0 up to <paramref name="from"/>, 1 from <paramref name="to"/> on, a smooth S between; falling where from is above to.</summary>
    public static float Step(float from, float to, float x) => Ease(Math.Clamp((x - from) / (to - from), 0, 1));

    /// <summary>A smooth S from 0 at 0 to 1 at 1.</summary>
    public static float Ease(float t) => t * t * (3 - (2 * t));

    /// <summary>How much of a pixel lies inside an edge, from the signed distance to it (negative inside) and the pixel's side.</summary>
    public static float Cover(float distance, float pixel) => Math.Clamp(0.5f - (distance / pixel), 0, 1);

    /// <summary>A bell of height 1: within 0.02 of a Gaussian, but 0 from 5.7 radii on.</summary>
    public static float Bell(float x, float y, float radiusX, float radiusY)
    {
        var (u, v) = (x / radiusX, y / radiusY);
        var t = Math.Max(0, 1 - (((u * u) + (v * v)) / 32));
        t *= t;
        t *= t;
        t *= t;
        return t * t;
    }

    /// <summary>The same bell, from the squares of distances in radii.</summary>
    public static Vector256<float> Bell(Vector256<float> squares)
    {
        var t = Vector256.Max(Vector256<float>.Zero, Vector256<float>.One - (squares * (1f / 32)));
        t *= t;
        t *= t;
        t *= t;
        return t * t;
    }

    /// <summary>The approximate signed distance to an ellipse around the origin, negative inside.</summary>
    public static float Ellipse(float x, float y, float radiusX, float radiusY)
    {
        var square = ((x / radiusX) * (x / radiusX)) + ((y / radiusY) * (y / radiusY));
        var slope = 2 * MathF.Sqrt(((x / radiusX / radiusX) * (x / radiusX / radiusX)) + ((y / radiusY / radiusY) * (y / radiusY / radiusY)));
        return slope < 1e-6f ? -Math.Min(radiusX, radiusY) : (square - 1) / slope;
    }

    /// <summary>The signed distance to a rectangle around the origin with rounded corners, negative inside.</summary>
    public static float Box(float x, float y, float halfWidth, float halfHeight, float corner)
    {
        var (outX, outY) = (MathF.Abs(x) - halfWidth + corner, MathF.Abs(y) - halfHeight + corner);
        var outside = new Vector2(Math.Max(outX, 0), Math.Max(outY, 0)).Length();
        return outside + Math.Min(Math.Max(outX, outY), 0) - corner;
    }

    /// <summary>The distance to a line segment.</summary>
    public static float Segment(Vector2 point, Vector2 from, Vector2 to)
    {
        var along = Math.Clamp(Vector2.Dot(point - from, to - from) / (to - from).LengthSquared(), 0, 1);
        return Vector2.Distance(point, from + ((to - from) * along));
    }
}
