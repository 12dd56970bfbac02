using System.Numerics;
using Secateur.Pixels;

namespace Secateur.Demo.Scenes;

/// <summary>
/// A drawn picture of people with known face boxes, the same for the same arguments: shaded heads in many sizes, poses and looks, in front of a
/// street, a park or a room with things that are no faces. It shows no real person.
/// </summary>
/// <param name="Image">The picture.</param>
/// <param name="Faces">The boxes (forehead to chin, in pixels, not clipped), with score 1; the smallest first.</param>
public sealed record DrawnScene(RgbImage Image, IReadOnlyList<FaceDetection> Faces)
{
    /// <summary>Draws a scene.</summary>
    /// <param name="seed">Any number; another one gives another scene.</param>
    /// <param name="width">Columns, at least 32.</param>
    /// <param name="height">Rows, at least 32.</param>
    /// <param name="faceCount">Faces wanted; where they do not fit without hiding each other, there are fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 32, or the count is negative.</exception>
    public static DrawnScene Create(int seed, int width, int height, int faceCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 32);
        ArgumentOutOfRangeException.ThrowIfNegative(faceCount);
        var random = new SeededRandom(seed);
        var canvas = new LightCanvas(width, height);
        var light = Lighting.Create(random);
        var horizon = height * (0.24f + (0.1f * (float)random.NextDouble()));
        PaintBackdrop(canvas, horizon, light, random);
        canvas.Blur((int)MathF.Round(height * 0.0025f));

        var poses = ScenePlan.Place(width, height, horizon, faceCount, random);
        foreach (var pose in poses) PaintPerson(canvas, pose, light, random);
        Finish(canvas, random);
        return new DrawnScene(canvas.ToImage(), [.. poses.Where(pose => !pose.FromBehind).Select(ScenePlan.FaceBox)]);
    }

    private static void PaintBackdrop(LightCanvas canvas, float horizon, Lighting light, SeededRandom random)
    {
        switch (random.NextIndex(3))
        {
            case 0:
                StreetBackdrop.Paint(canvas, horizon, random);
                break;
            case 1:
                ParkBackdrop.Paint(canvas, horizon, random);
                break;
            default:
                RoomBackdrop.Paint(canvas, horizon, random);
                break;
        }
        for (var things = random.Next(2, 6); things > 0; things--)
        {
            var center = new Vector2(canvas.Width * (float)random.NextDouble(), horizon + (canvas.Height * ((0.35f * (float)random.NextDouble()) - 0.12f)));
            Clutter.Paint(canvas, center, canvas.Height * (0.02f + (0.05f * (float)random.NextDouble())), light, random);
        }
    }

    private static void PaintPerson(LightCanvas canvas, HeadPose pose, Lighting light, SeededRandom random)
    {
        var traits = HeadTraits.Create(random);
        var head = new HeadPainter(traits, pose, light);
        if (!pose.FromBehind) head.PaintHairBehind(canvas);
        new BodyPainter(traits, pose, light, random).Paint(canvas);
        if (pose.FromBehind) head.PaintFromBehind(canvas);
        else head.Paint(canvas);
    }

    /// <summary>Exposes the picture, darkens the corners a little and adds the grain of a camera.</summary>
    private static void Finish(LightCanvas canvas, SeededRandom random)
    {
        var exposure = MathF.Pow(2, (1.4f * (float)random.NextDouble()) - 0.9f);
        var tint = new Vector3(1 + (0.12f * random.Centered()), 1, 1 + (0.12f * random.Centered()));
        canvas.Expose(exposure * tint);
        var middle = new Vector2(canvas.Width, canvas.Height) / 2;
        var noise = new Noise(random.NextIndex(int.MaxValue));
        canvas.Paint(0, 0, canvas.Width, canvas.Height, 1, point =>
        {
            var grain = noise.Grain((int)point.X, (int)point.Y);
            var corner = 0.2f * Vector2.DistanceSquared(point, middle) / middle.LengthSquared();
            // Laid over the picture: a little black, or a little white.
            return new Vector4(grain < 0 ? Vector3.Zero : Vector3.One, grain < 0 ? corner - (0.03f * grain) : 0.006f * grain);
        });
    }
}
