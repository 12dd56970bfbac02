using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>Round, face-sized and face-coloured things that are no faces.</summary>
internal static class Clutter
{
    private enum Kind
    {
        Ball,
        Balloon,
        Clock,
        Plant,
        Sign,
        Plate,
        Socket,
        Dummy,
    }

    private static readonly int Kinds = Enum.GetValues<Kind>().Length;

    /// <summary>Paints one thing.</summary>
    /// <param name="canvas">The picture.</param>
    /// <param name="center">Its middle, in pixels.</param>
    /// <param name="size">Half its height, in pixels.</param>
    /// <param name="light">The scene's light.</param>
    /// <param name="random">Says which thing, and its colours.</param>
    public static void Paint(LightCanvas canvas, Vector2 center, float size, Lighting light, SeededRandom random)
    {
        var kind = (Kind)random.NextIndex(Kinds);
        var color = random.NextIndex(3) == 0 ? HeadTraits.Create(random).Skin : LightCanvas.FromSrgb(random.Next(30, 240), random.Next(30, 220), random.Next(30, 220));
        var noise = new Noise(random.NextIndex(int.MaxValue));
        var (beside, below) = kind switch
        {
            Kind.Balloon or Kind.Sign => (1f, 5f),
            Kind.Plant => (1.3f, 1.5f),
            Kind.Dummy => (0.9f, 2.2f),
            _ => (1f, 1f),
        };
        canvas.Paint(center.X - (beside * size), center.Y - (1.3f * size), center.X + (beside * size), center.Y + (below * size), 4, point =>
        {
            var at = (point - center) / size;
            var pixel = 1 / size;
            return kind switch
            {
                Kind.Ball => Ball(at, pixel, color, light),
                Kind.Balloon => Balloon(at, pixel, color, light),
                Kind.Clock => Clock(at, pixel),
                Kind.Plant => Plant(at, pixel, noise, light),
                Kind.Sign => Sign(at, pixel, color, noise),
                Kind.Plate => Plate(at, pixel, color, light),
                Kind.Socket => Socket(at, pixel, light),
                _ => Dummy(at, pixel, color, light),
            };
        });
    }

    private static Vector4 Round(Vector2 at, float radiusX, float radiusY, float pixel, Vector3 color, Lighting light)
    {
        var opacity = Shape.Cover(Shape.Ellipse(at.X, at.Y, radiusX, radiusY), pixel);
        if (opacity <= 0) return default;
        var (x, y) = (at.X / radiusX, at.Y / radiusY);
        var normal = Vector3.Normalize(new Vector3(x, y, MathF.Sqrt(Math.Max(0.01f, 1 - (x * x) - (y * y)))));
        return new Vector4(light.Shade(color, normal, 0.9f) + (0.25f * light.Gloss(normal, 40)), opacity);
    }

    private static Vector4 Ball(Vector2 at, float pixel, Vector3 color, Lighting light) =>
        Round(at, 0.8f, 0.8f, pixel, MathF.Sin((at.X * 7) + (2 * at.Y * at.X)) > 0 ? color : Vector3.Lerp(color, new Vector3(0.8f), 0.7f), light);

    private static Vector4 Balloon(Vector2 at, float pixel, Vector3 color, Lighting light)
    {
        var cord = Math.Max(MathF.Abs(at.X - (0.06f * MathF.Sin(at.Y * 2))) - 0.012f, 0.95f - at.Y);
        return at.Y > 0.98f ? new Vector4(new Vector3(0.3f), 0.8f * Shape.Cover(cord, pixel)) : Round(at, 0.8f, 0.98f, pixel, color, light);
    }

    private static Vector4 Clock(Vector2 at, float pixel)
    {
        var radius = at.Length();
        var angle = MathF.Atan2(at.Y, at.X) * 6 / MathF.PI;
        var tick = MathF.Abs(angle - MathF.Round(angle)) < 0.12f && radius is > 0.6f and < 0.72f;
        var hands = Math.Min(Shape.Segment(at, Vector2.Zero, new Vector2(0.35f, -0.2f)), Shape.Segment(at, Vector2.Zero, new Vector2(-0.1f, -0.55f)));
        var dial = tick ? new Vector3(0.05f) : Vector3.Lerp(new Vector3(0.82f, 0.8f, 0.74f), new Vector3(0.03f), Shape.Cover(hands - 0.035f, pixel));
        return new Vector4(Vector3.Lerp(new Vector3(0.08f), dial, Shape.Cover(radius - 0.8f, pixel)), Shape.Cover(radius - 0.92f, pixel));
    }

    private static Vector4 Plant(Vector2 at, float pixel, Noise noise, Lighting light)
    {
        var pot = Shape.Box(at.X, at.Y - 1.05f, 0.42f - (0.18f * (at.Y - 1.05f)), 0.42f, 0.05f);
        if (pot < pixel) return new Vector4(light.Shade(LightCanvas.FromSrgb(176, 96, 66), Vector3.Normalize(new Vector3(at.X * 2, 0, 0.7f)), 0.8f), Shape.Cover(pot, pixel));
        var leaves = at.Length() - 0.75f - (0.45f * noise.Rough(at.X * 4, at.Y * 4, 3));
        var opacity = Shape.Cover(leaves, Math.Max(pixel, 0.03f));
        if (opacity <= 0) return default;
        return new Vector4(LightCanvas.FromSrgb(70, 116, 52) * Math.Clamp(0.6f + noise.Rough(at.X * 7, at.Y * 7, 4) - (0.3f * at.Y), 0.1f, 1.6f), opacity);
    }

    private static Vector4 Sign(Vector2 at, float pixel, Vector3 color, Noise noise)
    {
        var post = Math.Max(MathF.Abs(at.X) - 0.06f, 0.7f - at.Y);
        if (at.Y > 0.72f) return new Vector4(new Vector3(0.18f), Shape.Cover(post, pixel));
        var line = MathF.Abs((at.Y * 3.2f) - MathF.Round(at.Y * 3.2f)) < 0.22f && MathF.Abs(at.X) < 0.75f && noise.At(at.X * 9, MathF.Round(at.Y * 3.2f) * 3.3f) > -0.35f;
        var text = color.Y > 0.3f ? new Vector3(0.04f) : new Vector3(0.8f);
        return new Vector4(line ? text : color, Shape.Cover(Shape.Box(at.X, at.Y, 0.95f, 0.7f, 0.08f), pixel));
    }

    private static Vector4 Plate(Vector2 at, float pixel, Vector3 color, Lighting light)
    {
        var radius = at.Length();
        var slope = 0.5f * Shape.Bell(radius - 0.62f, 0, 0.05f, 1);
        var normal = Vector3.Normalize(new Vector3(at * slope / Math.Max(radius, 0.1f), 1));
        var ring = Shape.Cover(MathF.Abs(radius - 0.8f) - 0.05f, pixel);
        return new Vector4(light.Shade(Vector3.Lerp(new Vector3(0.8f), color, ring), normal, 0.9f), Shape.Cover(radius - 0.95f, pixel));
    }

    /// <summary>Two dark holes side by side in a light box, as eyes are in a face.</summary>
    private static Vector4 Socket(Vector2 at, float pixel, Lighting light)
    {
        var dish = at.Length() - 0.62f;
        var holes = new Vector2(MathF.Abs(at.X) - 0.25f, at.Y + 0.05f).Length() - 0.1f;
        var normal = Vector3.Normalize(new Vector3(at * (0.6f * Shape.Bell(dish, 0, 0.04f, 1)), 1));
        var plastic = light.Shade(new Vector3(0.72f, 0.7f, 0.64f), normal, 1 - (0.3f * Shape.Cover(dish, pixel)));
        return new Vector4(Vector3.Lerp(plastic, new Vector3(0.02f), Shape.Cover(holes, pixel)), Shape.Cover(Shape.Box(at.X, at.Y, 0.9f, 0.9f, 0.15f), pixel));
    }

    /// <summary>The head of a shop-window dummy: a head's outline and neck, but no face.</summary>
    private static Vector4 Dummy(Vector2 at, float pixel, Vector3 color, Lighting light)
    {
        var head = Round(at, 0.72f - (0.12f * Shape.Step(0, 1, at.Y)), 1, pixel, color, light);
        if (head.W >= 1) return head;
        var width = 0.3f + (0.5f * Shape.Step(1.5f, 2.2f, at.Y));
        var across = Math.Clamp(at.X / width, -1, 1);
        var neck = Shape.Cover(MathF.Abs(at.X) - width, pixel) * Shape.Cover(0.5f - at.Y, pixel);
        var shade = light.Shade(color, new Vector3(across, 0, MathF.Sqrt(1 - (across * across))), 0.5f + (0.4f * Shape.Step(0.9f, 1.6f, at.Y)));
        return new Vector4(Vector3.Lerp(shade, head.AsVector3(), head.W), Math.Max(head.W, neck));
    }
}
