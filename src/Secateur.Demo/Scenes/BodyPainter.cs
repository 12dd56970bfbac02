using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>Paints neck, clothes and legs below a head. Lengths are in half face heights from the middle of the face.</summary>
internal sealed class BodyPainter
{
    private const float Hem = 6.1f;
    private const float Feet = 13.6f;

    private readonly HeadTraits _traits;
    private readonly HeadPose _pose;
    private readonly Lighting _light;
    private readonly Noise _noise;
    private readonly Vector3 _shirt;
    private readonly Vector3 _trousers;
    private readonly float _shoulders;
    private readonly float _neckline;
    private readonly bool _striped;

    public BodyPainter(HeadTraits traits, HeadPose pose, Lighting light, SeededRandom random)
    {
        (_traits, _pose, _light) = (traits, pose, light);
        _noise = new Noise(traits.NoiseSeed + 2);
        _shirt = Muted(random, 0.3f, 0.88f);
        _trousers = Muted(random, 0.12f, 0.4f);
        _shoulders = 1.3f + (0.1f * (traits.Jaw - 2.2f)) + (0.15f * (float)random.NextDouble());
        _neckline = (float)random.NextDouble() * 0.4f;
        _striped = random.NextIndex(5) == 0;
    }

    public void Paint(LightCanvas canvas)
    {
        var (x, y, unit) = (_pose.Center.X, _pose.Center.Y, _pose.Unit);
        // Edges are smooth by themselves; only thin things need more points.
        var points = unit < 12 ? 4 : 1;
        canvas.Paint(x - (0.9f * unit), y + (0.4f * unit), x + (0.9f * unit), y + (2 * unit), points, Neck);
        canvas.Paint(x - (1.75f * unit), y + unit, x + (1.75f * unit), y + ((Hem + 0.1f) * unit), points, Chest);
        canvas.Paint(x - (1.1f * unit), y + ((Hem - 0.3f) * unit), x + (1.1f * unit), y + ((Feet + 0.1f) * unit), points, Legs);
        var (inner, outer) = ((_shoulders - 0.55f) * unit, (_shoulders + 0.3f) * unit);
        canvas.Paint(x - outer, y + (1.55f * unit), x - inner, y + ((Hem + 0.8f) * unit), points, Arms);
        canvas.Paint(x + inner, y + (1.55f * unit), x + outer, y + ((Hem + 0.8f) * unit), points, Arms);
    }

    /// <summary>A colour of cloth: any hue, seldom strong.</summary>
    private static Vector3 Muted(SeededRandom random, float dark, float bright)
    {
        var value = dark + ((bright - dark) * (float)random.NextDouble());
        var hue = LightCanvas.FromSrgb(random.NextIndex(256), random.NextIndex(256), random.NextIndex(256));
        return Vector3.Lerp(new Vector3(value * value), hue * value, 0.25f + (0.5f * (float)random.NextDouble()));
    }

    private Vector4 Neck(Vector2 point)
    {
        var at = (point - _pose.Center) / _pose.Unit;
        var width = (0.47f * _traits.HalfWidth / 0.76f * (_traits.Jaw > 2.45f ? 1.12f : 0.92f)) + (0.3f * Shape.Step(1.0f, 1.45f, at.Y));
        var opacity = Shape.Cover(MathF.Abs(at.X) - width, _pose.Pixel) * Shape.Cover(at.Y - 1.95f, _pose.Pixel);
        if (opacity <= 0) return default;
        var across = Math.Clamp(at.X / width, -1, 1);
        var normal = new Vector3(across, 0, MathF.Sqrt(1 - (across * across)));
        var chin = Shape.Step(1.4f, 0.9f, at.Y - (0.12f * MathF.Abs(at.X + (0.3f * _light.Direction.X))));
        var muscles = 0.12f * Shape.Bell(MathF.Abs(at.X) - 0.16f - (0.2f * (1.4f - at.Y)), 0, 0.05f, 1);
        return new Vector4(_light.Shade(_traits.Skin * new Vector3(0.95f, 0.9f, 0.9f), normal, 1 - (0.8f * chin) - muscles, 0.7f), opacity);
    }

    private Vector4 Chest(Vector2 point)
    {
        var at = (point - _pose.Center) / _pose.Unit;
        var (distance, across) = Trunk(at, MathF.Abs(at.X));
        if (distance > _pose.Pixel) return default;
        var besideArm = 0.45f * Shape.Step(0.22f, 0, Arm(at, MathF.Abs(at.X)).Distance) * Shape.Step(2.2f, 3, at.Y);
        var belowChin = 0.45f * Shape.Bell(at.X, at.Y - 1.3f, 0.5f, 0.22f);
        return Lit(at, Cloth(at), across, 0.95f - besideArm - belowChin, distance);
    }

    private Vector4 Legs(Vector2 point)
    {
        var at = (point - _pose.Center) / _pose.Unit;
        var (distance, across) = Leg(at, MathF.Abs(at.X));
        if (distance > _pose.Pixel || at.Y < Hem) return default;
        return Lit(at, at.Y > Feet - 0.35f ? new Vector3(0.03f) : _trousers, across * 0.8f, 0.85f - (0.4f * Shape.Step(Hem + 0.8f, Hem, at.Y)), distance);
    }

    private Vector4 Arms(Vector2 point)
    {
        var at = (point - _pose.Center) / _pose.Unit;
        var (distance, across) = Arm(at, MathF.Abs(at.X));
        if (distance > _pose.Pixel) return default;
        // The sleeve grows out of the shoulder: there it is shaded like the chest.
        var free = Shape.Step(1.75f, 3.2f, at.Y);
        var inside = 0.6f * free * Shape.Step(-0.3f, -1, across);
        var turned = float.Lerp(Trunk(at, MathF.Abs(at.X)).Across, across * MathF.Sign(at.X), free);
        return Lit(at, at.Y > Hem ? _traits.Skin * 0.9f : Cloth(at), turned, 0.95f - inside, distance);
    }

    private Vector3 Cloth(Vector2 at) => _striped && MathF.Sin(at.Y * 13) > 0.2f ? Vector3.Lerp(_shirt, new Vector3(0.7f), 0.6f) : _shirt;

    private Vector4 Lit(Vector2 at, Vector3 albedo, float across, float openness, float distance)
    {
        var fold = _noise.Rough(at.X * 1.7f, at.Y * 1.2f, 3);
        var turned = Math.Clamp(across, -1, 1);
        var normal = Vector3.Normalize(new Vector3(turned + (0.3f * fold), -0.15f, MathF.Sqrt(1.02f - (turned * turned)) + 0.15f));
        return new Vector4(_light.Shade(albedo, normal, Math.Clamp(openness + (0.15f * fold), 0.1f, 1)), Shape.Cover(distance, _pose.Pixel));
    }

    /// <summary>The height of the shoulders: sloping from the neck, rounded at their ends.</summary>
    private float ShoulderLine(float side)
    {
        var drop = Math.Clamp(side / _shoulders, 0, 1);
        var end = Math.Clamp((side - _shoulders + 0.3f) / 0.42f, 0, 1.2f);
        return 1.16f + (0.3f * drop * drop) + (0.5f * end * end * end);
    }

    /// <summary>Chest and belly below sloping shoulders and a neckline: signed distance, and -1 to 1 from flank to flank.</summary>
    private (float Distance, float Across) Trunk(Vector2 at, float side)
    {
        var flank = _shoulders + 0.1f - (0.3f * Shape.Step(1.9f, 2.9f, at.Y)) - (0.1f * Shape.Step(2.6f, 4.6f, at.Y)) + (0.1f * Shape.Step(4.8f, 6, at.Y));
        var neckline = side < 0.62f ? 1.24f + _neckline + 0.16f - (1.5f * side * (0.35f + _neckline)) - at.Y : float.NegativeInfinity;
        return (Math.Max(Math.Max(ShoulderLine(side) - at.Y, neckline), Math.Max(side - flank, at.Y - Hem)), at.X / (flank + 0.12f));
    }

    /// <summary>A hanging arm with its hand: signed distance, and -1 to 1 from its inner to its outer side.</summary>
    private (float Distance, float Across) Arm(Vector2 at, float side)
    {
        var middle = _shoulders - 0.16f + (0.12f * Shape.Step(2, 4, at.Y)) - (0.08f * Shape.Step(4.4f, 6.2f, at.Y));
        var radius = at.Y > Hem ? 0.17f : 0.27f - (0.05f * Shape.Step(2.5f, 5.5f, at.Y));
        var across = side - middle;
        var hand = at.Y > Hem ? Shape.Ellipse(across, at.Y - Hem - 0.2f, 0.17f, 0.46f) : float.NegativeInfinity;
        return (Math.Max(MathF.Abs(across) - radius, Math.Max(Math.Max(1.6f, ShoulderLine(side)) - at.Y, hand)), across / radius);
    }

    private static (float Distance, float Across) Leg(Vector2 at, float side)
    {
        var middle = 0.5f - (0.05f * Shape.Step(Hem, Feet, at.Y));
        var radius = 0.48f - (0.14f * Shape.Step(Hem, 12, at.Y));
        return (Math.Max(MathF.Abs(side - middle) - radius, Math.Max(Hem - 0.2f - at.Y, at.Y - Feet)), (side - middle) / radius * MathF.Sign(at.X));
    }
}
