using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>The colours of a face seen from straight ahead: skin, eyes, brows, lips, beard; and how open each place is to the light.</summary>
/// <param name="traits">The head.</param>
/// <param name="light">Its direction says where the eyes glint and where the nose casts its shadow.</param>
internal sealed class FaceColors(HeadTraits traits, Lighting light)
{
    private const float EyeLine = -0.1f;
    private readonly Noise _noise = new(traits.NoiseSeed);

    /// <summary>Colour and openness (0 to 1) at a place of the face, for pixels of the given size.</summary>
    public (Vector3 Albedo, float Openness) At(Vector2 face, float pixel)
    {
        var albedo = Skin(face);
        var openness = Openness(face);
        PaintBeard(face, ref albedo);
        PaintMouth(face, pixel, ref albedo, ref openness);
        PaintNostrils(face, pixel, ref albedo);
        PaintBrow(face, pixel, ref albedo);
        PaintEye(face, pixel, ref albedo, ref openness);
        if (traits.Glasses) PaintGlasses(face, pixel, ref albedo);
        return (albedo, openness);
    }

    private Vector3 Skin(Vector2 face)
    {
        var side = MathF.Abs(face.X);
        var blush = Shape.Bell(side - 0.42f, face.Y - 0.22f, 0.18f, 0.14f) + (0.6f * Shape.Bell(face.X, face.Y - 0.3f, 0.12f, 0.1f));
        var around = Shape.Bell(side - traits.EyeDistance, face.Y + 0.06f, 0.17f, 0.11f);
        var mottled = 1 + (0.035f * _noise.Rough(face.X * 9, face.Y * 9, 3));
        var fold = Shape.Segment(new Vector2(side, face.Y), new Vector2(0.17f, 0.34f), new Vector2(0.31f, 0.56f));
        var folded = 1 - ((0.1f + (0.14f * traits.Smile)) * Shape.Bell(fold, 0, 0.022f, 1));
        return traits.Skin * mottled * folded * (Vector3.One - (blush * new Vector3(0, 0.13f, 0.11f)) - (around * new Vector3(0.17f, 0.22f, 0.2f)));
    }

    private float Openness(Vector2 face)
    {
        var side = MathF.Abs(face.X);
        var (toLight, lit) = (light.Direction.X, face.X * MathF.Sign(light.Direction.X));
        var socket = Shape.Bell(side - traits.EyeDistance + 0.1f, face.Y + 0.19f, 0.13f, 0.075f);
        var besideNose = Shape.Bell(side - (0.15f * traits.NoseWidth), face.Y - 0.16f, 0.05f, 0.2f) * (lit < 0 ? 0.35f + (0.5f * MathF.Abs(toLight)) : 0.25f);
        var belowNose = Shape.Bell(face.X + (0.07f * toLight), face.Y - 0.43f, 0.13f * traits.NoseWidth, 0.035f);
        var belowLip = Shape.Bell(face.X, face.Y - 0.765f, 0.15f, 0.035f);
        var belowCheek = Shape.Bell(side - 0.56f, face.Y - 0.52f, 0.14f, 0.2f);
        return 1 - Math.Min(0.8f, (0.55f * socket) + (0.6f * besideNose) + (0.5f * belowNose) + (0.3f * belowLip) + (0.2f * belowCheek));
    }

    private void PaintBeard(Vector2 face, ref Vector3 albedo)
    {
        if (traits.Beard <= 0) return;
        var side = MathF.Abs(face.X);
        var cheek = Shape.Step(0.3f, 0.5f, face.Y - (0.55f * Shape.Step(0.62f, 0.3f, side) * 0.6f));
        var lip = 1 - Shape.Step(0.16f, 0.1f, MathF.Sqrt((side * side / 4.5f) + ((face.Y - 0.6f) * (face.Y - 0.6f))));
        var moustache = Shape.Bell(face.X, face.Y - 0.465f, 0.17f, 0.035f);
        var hairs = 0.75f + (0.35f * _noise.Rough(face.X * 40, face.Y * 14, 3));
        albedo = Vector3.Lerp(albedo, traits.Hair, Math.Clamp(traits.Beard * Math.Max(cheek * lip, moustache) * hairs, 0, 0.92f));
    }

    private void PaintMouth(Vector2 face, float pixel, ref Vector3 albedo, ref float openness)
    {
        var (across, raised) = (face.X / traits.MouthWidth, 0.07f * traits.Smile);
        if (MathF.Abs(across) > 1.3f || face.Y is < 0.42f or > 0.8f) return;
        var width = Math.Max(0, 1 - (across * across));
        var middle = 0.6f - (raised * across * across) + (0.02f * traits.Smile);
        var bow = 0.012f * Shape.Bell(across, 0, 0.14f, 1);
        var upper = middle - (0.068f * width) + bow;
        var lower = middle + (0.088f * MathF.Pow(width, 0.8f));
        var gap = traits.Smile > 0.6f ? 0.034f * width : 0.008f;
        var soft = Math.Max(pixel, 0.012f);
        var lips = Shape.Cover(upper - face.Y, soft) * Shape.Cover(face.Y - lower, soft) * Shape.Step(0, 0.08f, width);
        albedo = Vector3.Lerp(albedo, traits.Lips * (face.Y < middle ? 0.78f : 1), 0.85f * lips);

        var open = Shape.Cover(MathF.Abs(face.Y - middle) - gap, soft) * Shape.Cover((MathF.Abs(across) - 1) * traits.MouthWidth, soft);
        var inside = traits.Smile > 0.6f ? LightCanvas.FromSrgb(206, 196, 184) * (0.75f + (0.25f * width)) : traits.Lips * 0.18f;
        albedo = Vector3.Lerp(albedo, inside, open * (traits.Smile > 0.6f ? 1 : 0.85f));
        var corner = Shape.Bell(MathF.Abs(across) - 1, (face.Y - middle) / traits.MouthWidth, 0.12f, 0.1f);
        openness *= 1 - (0.45f * corner);
    }

    private void PaintNostrils(Vector2 face, float pixel, ref Vector3 albedo)
    {
        var hole = Shape.Ellipse(MathF.Abs(face.X) - (0.06f * traits.NoseWidth), face.Y - 0.375f, 0.034f * traits.NoseWidth, 0.02f);
        albedo *= 1 - (0.75f * Shape.Cover(hole, Math.Max(pixel, 0.02f)));
    }

    private void PaintBrow(Vector2 face, float pixel, ref Vector3 albedo)
    {
        var outward = MathF.Abs(face.X) - traits.EyeDistance;
        if (MathF.Abs(outward) > 0.25f) return;
        var line = -0.325f + (1.3f * (outward - 0.05f) * (outward - 0.05f)) - (0.05f * outward);
        var thickness = 0.036f * traits.BrowWeight * Shape.Step(0.23f, 0.02f, outward) * Shape.Step(-0.22f, -0.13f, outward);
        var hairs = 0.85f + (0.25f * _noise.At(face.X * 60, face.Y * 25));
        var cover = Shape.Cover(MathF.Abs(face.Y - line) - thickness, Math.Max(pixel, 0.022f)) * Math.Min(1, thickness * 60) * hairs;
        albedo = Vector3.Lerp(albedo, traits.Hair * 0.6f, Math.Clamp(cover * 0.9f, 0, 1));
    }

    private void PaintEye(Vector2 face, float pixel, ref Vector3 albedo, ref float openness)
    {
        var size = traits.EyeSize;
        var (x, y) = ((MathF.Abs(face.X) - traits.EyeDistance) / size, (face.Y - EyeLine + (0.07f * (MathF.Abs(face.X) - traits.EyeDistance))) / size);
        if (MathF.Abs(x) > 0.24f || MathF.Abs(y) > 0.2f) return;
        var soft = Math.Max(pixel / size, 0.010f);
        var along = Math.Max(0, 1 - (x * x / (0.158f * 0.158f)));
        var (upper, lower) = (-0.078f * MathF.Pow(along, 0.75f), 0.05f * along);
        var inside = Shape.Cover(upper - y, soft) * Shape.Cover(y - lower, soft) * Shape.Step(0, 0.12f, along);

        var toCenter = face.X - (MathF.Sign(face.X) * traits.EyeDistance);
        var iris = new Vector2(toCenter / size, y + 0.014f).Length();
        var ball = LightCanvas.FromSrgb(214, 206, 200) * (0.6f + (0.4f * Shape.Step(upper, lower, y)));
        ball = Vector3.Lerp(ball, traits.Iris * (0.45f + (6 * iris)), Shape.Cover(iris - 0.072f, soft));
        ball *= 1 - (0.9f * Shape.Cover(iris - 0.034f, soft));
        var glint = new Vector2((toCenter / size) - (0.03f * light.Direction.X), y + 0.042f).Length();
        ball = Vector3.Lerp(ball, new Vector3(1.4f), Shape.Cover(glint - 0.014f, soft));
        albedo = Vector3.Lerp(albedo, ball, inside);
        openness = float.Lerp(openness, 0.8f, inside);

        var ends = Shape.Step(0.2f, 0.14f, MathF.Abs(x + 0.01f));
        var lashes = Shape.Bell(y - upper + 0.004f, 0, 0.016f, 1) * ends;
        var lowerLid = Shape.Bell(y - lower - 0.006f, 0, 0.012f, 1) * ends;
        var crease = Shape.Bell(y - upper + 0.055f, 0, 0.013f, 1) * ends;
        albedo *= Vector3.One - (0.88f * lashes * Vector3.One) - ((0.3f * lowerLid) + (0.32f * crease)) * (1 - lashes) * new Vector3(0.9f, 1, 1);
    }

    private void PaintGlasses(Vector2 face, float pixel, ref Vector3 albedo)
    {
        var side = MathF.Abs(face.X);
        var rim = MathF.Abs(Shape.Box(side - traits.EyeDistance, face.Y - EyeLine, 0.235f, 0.165f, 0.1f));
        var bridge = Math.Max(MathF.Abs(face.Y + 0.14f), side - 0.1f);
        var temple = Math.Max(MathF.Abs(face.Y + 0.13f), 0.53f - side);
        var frame = Shape.Cover(Math.Min(rim, Math.Min(bridge, temple)) - 0.014f, Math.Max(pixel, 0.01f));
        albedo = Vector3.Lerp(albedo, new Vector3(0.02f), 0.9f * frame);
    }
}
