using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>Hair: a shell around the skull, cut open by the hairline, with strands and a sheen.</summary>
internal sealed class HairPainter
{
    private readonly HeadTraits _traits;
    private readonly HeadPose _pose;
    private readonly Lighting _light;
    private readonly Noise _noise;
    private readonly float _volume;
    private readonly float _forehead;
    private readonly float _temples;

    public HairPainter(HeadTraits traits, HeadPose pose, Lighting light)
    {
        (_traits, _pose, _light) = (traits, pose, light);
        _noise = new Noise(traits.NoiseSeed + 1);
        (_volume, _forehead, _temples) = traits.HairStyle switch
        {
            HairStyle.Short => (0.07f, -0.74f, -0.12f),
            HairStyle.Fringe => (0.1f, -0.52f, 0.05f),
            HairStyle.Long => (0.13f, -0.76f, 1.1f),
            HairStyle.Curly => (0.2f, -0.7f, 0.1f),
            _ => (0.03f, -1.02f, -0.16f),
        };
    }

    /// <summary>How far below the middle of the face there may be hair in front, however the head is turned.</summary>
    public float Reach => Math.Min(1.2f, _temples + 0.55f);

    /// <summary>How much hair shades a place of the face: 1 at the hairline, 0 well below it.</summary>
    public float ShadowAt(Vector2 face) => Shape.Step(0.22f, 0, face.Y - Hairline(face.X));

    /// <summary>Long hair that falls behind the head.</summary>
    public Vector4 Behind(Vector2 point)
    {
        var head = _pose.ToHead(point);
        var wavy = head.X + (0.05f * _noise.At(head.Y * 2, head.X));
        var width = _traits.HalfWidth - 0.1f + (0.25f * Shape.Step(-0.8f, 0.2f, head.Y)) + (0.17f * Shape.Step(0, 1.5f, head.Y)) + (0.03f * _noise.At(head.X * 12, head.Y * 3));
        var opacity = head.Y < -0.8f ? 0 : Shape.Cover(Math.Max(MathF.Abs(wavy) - width, head.Y - 1.75f - (0.12f * _noise.At(head.X * 6, 0))), Math.Max(_pose.Pixel, 0.04f));
        if (opacity <= 0) return default;
        var strand = 0.6f + (0.4f * _noise.Rough(head.X * 16, head.Y * 1.2f, 3));
        var normal = Vector3.Normalize(new Vector3(wavy / width, -0.1f, 0.7f));
        return new Vector4(_light.Shade(_traits.Hair * strand, normal, 0.55f), opacity);
    }

    /// <summary>Hair on the head.</summary>
    public Vector4 InFront(Vector2 point)
    {
        var head = _pose.ToHead(point);
        var shell = Skull.Locate(head, _traits, _volume);
        if (shell.Distance > 0.2f) return default;
        // Deep inside the outline, only the line over the face matters.
        var ragged = shell.Distance < -0.3f ? 0 : _traits.HairStyle == HairStyle.Curly ? 0.10f * _noise.Rough(head.X * 5, head.Y * 5, 3) : 0.035f * _noise.Rough(head.X * 10, head.Y * 10, 2);
        var opacity = Shape.Cover(shell.Distance - ragged, Math.Max(_pose.Pixel, 0.03f));
        if (opacity <= 0) return default;
        var skull = Skull.Locate(head, _traits);
        var face = _pose.ToFace(head, skull.Depth);
        var soft = Math.Max(_pose.Pixel, 0.05f);
        // Beside the skull the hair ends at the length of the temples, in front of it at the hairline.
        var beside = Shape.Cover(head.Y - Math.Min(_temples, 0.75f), soft);
        var line = face.Y - Hairline(face.X);
        if (skull.Distance < -0.05f && line > soft + 0.05f) return default;
        line -= 0.05f * _noise.Rough(face.X * 14, face.Y * 3, 2);
        opacity *= float.Lerp(Shape.Cover(line, soft), beside, Shape.Step(-0.05f, 0.02f, skull.Distance));
        if (opacity <= 0) return default;
        return new Vector4(Color(head, shell), opacity);
    }

    /// <summary>Hair of a head seen from behind: over the whole skull down to the nape, or hanging below it.</summary>
    public Vector4 Back(Vector2 point)
    {
        var head = _pose.ToHead(point);
        var shell = Skull.Locate(head, _traits, _volume);
        var end = 0.55f + (0.06f * _noise.Rough(head.X * 9, head.Y * 2, 2)) - (0.2f * head.X * head.X);
        var opacity = Shape.Cover(Math.Max(shell.Distance - (0.035f * _noise.Rough(head.X * 10, head.Y * 10, 2)), head.Y - end), Math.Max(_pose.Pixel, 0.05f));
        var hanging = _traits.HairStyle == HairStyle.Long ? Behind(point) : default;
        if (opacity <= 0) return hanging;
        return new Vector4(Vector3.Lerp(hanging.AsVector3(), Color(head, shell), hanging.W > 0 ? opacity : 1), Math.Max(opacity, hanging.W));
    }

    private Vector3 Color(Vector2 head, Skull.Place shell)
    {
        var crown = head + new Vector2(0.12f, 0.62f);
        var angle = MathF.Atan2(crown.X, crown.Y + 1.1f);
        var strand = _traits.HairStyle == HairStyle.Curly
            ? 0.75f + (0.6f * _noise.Rough(head.X * 7, head.Y * 7, 4))
            : 0.8f + (0.45f * _noise.Rough(angle * 26, crown.Length() * 2.2f, 3));
        var normal = Vector3.Normalize(shell.Normal + new Vector3(0.18f * _noise.At(angle * 18, crown.Length() * 2), 0, 0.1f));
        var sheen = _traits.HairStyle == HairStyle.Curly ? 0.02f : 0.07f;
        return _light.Shade(_traits.Hair * strand, normal, 0.85f) + (sheen * strand * _light.Gloss(normal, 14));
    }

    /// <summary>The lower end of the hair over the face: high over the forehead, falling towards the temples.</summary>
    private float Hairline(float x)
    {
        var side = MathF.Abs(x) / _traits.HalfWidth;
        var fall = _traits.HairStyle == HairStyle.Long ? Shape.Step(0.66f, 0.98f, side + (0.06f * x)) : Shape.Step(0.62f, 1.02f, side);
        var parted = _traits.HairStyle is HairStyle.Short or HairStyle.Long ? 0.1f * x : 0;
        return _forehead + parted + (0.16f * side * side) + ((_temples - _forehead) * fall);
    }
}
