using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>One directed light and an even one from everywhere.</summary>
/// <param name="Direction">Unit vector towards the light: x right, y down, z to the viewer.</param>
/// <param name="Key">Strength and colour of the directed light.</param>
/// <param name="Ambient">Strength and colour of the even light.</param>
internal sealed record Lighting(Vector3 Direction, Vector3 Key, Vector3 Ambient)
{
    private readonly Vector3 _half = Vector3.Normalize(Direction + Vector3.UnitZ);

    public static Lighting Create(SeededRandom random)
    {
        var side = random.Centered();
        var direction = Vector3.Normalize(new Vector3(side, -0.35f - (0.4f * (float)random.NextDouble()), 0.75f));
        var warmth = (float)random.NextDouble() * 0.12f;
        var (key, ambient) = (0.6f + (0.35f * (float)random.NextDouble()), 0.2f + (0.16f * (float)random.NextDouble()));
        return new Lighting(direction, new Vector3(key + warmth, key, key - warmth), ambient * new Vector3(0.95f, 1, 1.1f));
    }

    /// <summary>Light that a matte surface throws back; skin lets some red light through past the edge of the shade.</summary>
    /// <param name="albedo">Share of the light that is thrown back.</param>
    /// <param name="normal">Unit vector out of the surface.</param>
    /// <param name="openness">0 to 1: how much of the even light reaches the place.</param>
    /// <param name="translucency">0 for cloth, about 1 for skin.</param>
    public Vector3 Shade(Vector3 albedo, Vector3 normal, float openness, float translucency = 0)
    {
        var facing = Vector3.Dot(normal, Direction);
        var wrap = new Vector3(0.15f) + (translucency * new Vector3(0.22f, 0.08f, 0.03f));
        var diffuse = Vector3.Max((new Vector3(facing) + wrap) / (Vector3.One + wrap), Vector3.Zero);
        var above = 0.8f - (0.2f * normal.Y);
        return albedo * ((Key * diffuse * (0.35f + (0.65f * openness))) + (Ambient * above * openness));
    }

    /// <summary>The highlight of a shiny surface; none where it would be under a thousandth.</summary>
    public Vector3 Gloss(Vector3 normal, float sharpness)
    {
        var facing = Vector3.Dot(normal, _half);
        return facing < 0.6f ? Vector3.Zero : Key * MathF.Pow(facing, sharpness);
    }
}
