using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>Paints a head with hair, and the neck that carries it.</summary>
internal sealed class HeadPainter
{
    private readonly HeadTraits _traits;
    private readonly HeadPose _pose;
    private readonly Lighting _light;
    private readonly FaceRelief _relief;
    private readonly FaceColors _colors;
    private readonly HairPainter _hair;

    public HeadPainter(HeadTraits traits, HeadPose pose, Lighting light)
    {
        (_traits, _pose, _light) = (traits, pose, light);
        _relief = new FaceRelief(traits);
        _colors = new FaceColors(traits, light);
        _hair = new HairPainter(traits, pose, light);
    }

    /// <summary>Points a pixel, so that the features of small faces are averaged rather than missed.</summary>
    private int Points => _pose.Unit < 8 ? 10 : _pose.Unit < 12 ? 6 : _pose.Unit < 20 ? 4 : 2;

    /// <summary>Hair that falls behind the neck and the shoulders.</summary>
    public void PaintHairBehind(LightCanvas canvas)
    {
        if (_traits.HairStyle == HairStyle.Long) Cover(canvas, 1.4f, 0.9f, 2, _hair.Behind);
    }

    public void Paint(LightCanvas canvas)
    {
        Cover(canvas, 1.1f, 0.5f, 0.6f, Ear);
        Cover(canvas, 1, 1.3f, 1.05f, Face);
        Cover(canvas, 1.35f, 1.65f, _hair.Reach, _hair.InFront);
    }

    /// <summary>Paints the back of the head: ears and hair, no face.</summary>
    public void PaintFromBehind(LightCanvas canvas)
    {
        Cover(canvas, 1.1f, 0.5f, 0.6f, Ear);
        Cover(canvas, 1, 1.3f, 1.05f, Nape);
        Cover(canvas, 1.35f, 1.65f, 2, _hair.Back);
    }

    /// <summary>Paints within these distances (in head units) from the middle of the face.</summary>
    private void Cover(LightCanvas canvas, float beside, float above, float below, Painter painter) => canvas.Paint(
        _pose.Center.X - (beside * _pose.Unit), _pose.Center.Y - (above * _pose.Unit),
        _pose.Center.X + (beside * _pose.Unit), _pose.Center.Y + (below * _pose.Unit), Points, painter);

    private Vector4 Ear(Vector2 point)
    {
        var head = _pose.ToHead(point);
        var side = head.X < 0 ? -1 : 1;
        // Turning the head brings one ear forward and hides the other.
        var x = (head.X * side) - _traits.HalfWidth + (0.02f + (0.3f * side * MathF.Sin(_pose.Yaw)));
        var y = head.Y - 0.02f + (0.5f * _pose.Pitch);
        var opacity = Shape.Cover(Shape.Ellipse(x, y, 0.13f, 0.22f), _pose.Pixel);
        if (opacity <= 0) return default;
        var normal = Vector3.Normalize(new Vector3(side * (0.3f + (3 * x)), 2 * y, 0.8f));
        var hollow = 1 - (0.45f * Shape.Bell(x - 0.02f, y + 0.02f, 0.05f, 0.1f));
        return new Vector4(_light.Shade(_traits.Skin * new Vector3(1, 0.88f, 0.86f), normal, 0.75f * hollow, 1), opacity);
    }

    private Vector4 Nape(Vector2 point)
    {
        var place = Skull.Locate(_pose.ToHead(point), _traits);
        var opacity = Shape.Cover(place.Distance, _pose.Pixel);
        return opacity <= 0 ? default : new Vector4(_light.Shade(_traits.Skin, place.Normal, 0.7f, 1), opacity);
    }

    private Vector4 Face(Vector2 point)
    {
        var head = _pose.ToHead(point);
        var place = Skull.Locate(head, _traits);
        var opacity = Shape.Cover(place.Distance, _pose.Pixel);
        if (opacity <= 0) return default;
        var face = _pose.ToFace(head, place.Depth);
        var (albedo, openness) = _colors.At(face, _pose.Pixel);
        var slope = _relief.Slope(face);
        var round = place.Normal;
        var normal = Vector3.Normalize(round - new Vector3(slope * round.Z, 0));
        openness *= 1 - (0.55f * _hair.ShadowAt(face));
        openness *= 1 - (0.3f * Shape.Step(0.55f, 1.05f, head.Y) * MathF.Abs(round.X));
        var oily = 0.045f * openness * (0.4f + Shape.Bell(face.X, face.Y - 0.1f, 0.3f, 0.5f));
        return new Vector4(_light.Shade(albedo, normal, openness, 1) + (oily * _light.Gloss(normal, 22)), opacity);
    }
}
