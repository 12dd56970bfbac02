using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>The rounded form of a head without features: an ellipse above the eyes, a jaw below.</summary>
internal static class Skull
{
    private const float Top = 1.17f;

    /// <summary>Where a place of the head's plane lies on its form.</summary>
    /// <param name="Distance">The approximate signed distance to the outline, negative inside.</param>
    /// <param name="Radius">0 in the middle, 1 at the outline and beyond.</param>
    /// <param name="Outward">Unit vector in the plane, away from the middle.</param>
    public readonly record struct Place(float Distance, float Radius, Vector2 Outward)
    {
        /// <summary>How far the surface stands out towards the viewer; 0 at the outline.</summary>
        public float Depth => 0.8f * MathF.Sqrt(1 - Radius);

        /// <summary>Unit vector out of the surface.</summary>
        public Vector3 Normal
        {
            get
            {
                // A face is flatter in front than a ball.
                var tilt = MathF.Pow(Radius, 0.72f);
                return new Vector3(Outward * tilt, MathF.Sqrt(Math.Max(0, 1 - (tilt * tilt))));
            }
        }
    }

    /// <summary>The form, or one that is larger by <paramref name="growth"/> all around (for hair).</summary>
    public static Place Locate(Vector2 head, HeadTraits traits, float growth = 0)
    {
        var (halfWidth, halfHeight, power) = head.Y < 0 ? (traits.HalfWidth + growth, Top + growth, 2f) : (traits.HalfWidth + growth, 1 + growth, traits.Jaw);
        var (across, down) = (head.X / halfWidth, MathF.Abs(head.Y) / halfHeight);
        var vertical = power == 2 ? down * down : MathF.Pow(down, power);
        var square = (across * across) + vertical;
        var slope = new Vector2(2 * across / halfWidth, MathF.Sign(head.Y) * power * vertical / Math.Max(down, 1e-4f) / halfHeight);
        var steepness = slope.Length();
        var flat = steepness < 1e-4f;
        return new Place(flat ? -halfWidth : (square - 1) / Math.Max(steepness, 0.6f), Math.Min(square, 1), flat ? Vector2.Zero : slope / steepness);
    }
}
