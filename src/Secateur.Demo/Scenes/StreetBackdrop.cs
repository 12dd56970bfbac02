using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>A square between houses: sky with clouds, fronts with windows, paving that runs towards the horizon.</summary>
internal static class StreetBackdrop
{
    private sealed record House(float Left, float Right, float Top, Vector3 Wall, Vector3 Glass, float Floor, float Bay);

    public static void Paint(LightCanvas canvas, float horizon, SeededRandom random)
    {
        var noise = new Noise(random.NextIndex(int.MaxValue));
        PaintSky(canvas, horizon, noise, random);
        foreach (var house in Houses(canvas, horizon, random))
            canvas.Paint(house.Left, house.Top, house.Right, horizon + 1, 2, point => Front(point, house, horizon, noise));
        PaintPaving(canvas, horizon, noise, random);
    }

    public static void PaintSky(LightCanvas canvas, float horizon, Noise noise, SeededRandom random)
    {
        var zenith = Vector3.Lerp(LightCanvas.FromSrgb(96, 150, 214), LightCanvas.FromSrgb(150, 166, 186), (float)random.NextDouble());
        var haze = LightCanvas.FromSrgb(222, 230, 236);
        canvas.Paint(0, 0, canvas.Width, horizon + 1, 1, point =>
        {
            var height = point.Y / horizon;
            var cloud = Shape.Step(0.05f, 0.55f, noise.Rough(point.X * 3 / canvas.Height, point.Y * 7 / canvas.Height, 5));
            return new Vector4(Vector3.Lerp(Vector3.Lerp(zenith, haze, height), new Vector3(0.88f), 0.75f * cloud), 1);
        });
    }

    private static IEnumerable<House> Houses(LightCanvas canvas, float horizon, SeededRandom random)
    {
        var at = -0.1f * canvas.Height;
        while (at < canvas.Width)
        {
            var width = canvas.Height * (0.16f + (0.3f * (float)random.NextDouble()));
            var floor = canvas.Height * (0.045f + (0.03f * (float)random.NextDouble()));
            var warm = (float)random.NextDouble();
            var wall = Vector3.Lerp(LightCanvas.FromSrgb(206, 184, 158), LightCanvas.FromSrgb(148, 106, 86), warm) * (0.6f + (0.5f * (float)random.NextDouble()));
            yield return new House(at, at + width, horizon * (0.05f + (0.65f * (float)random.NextDouble())), wall, LightCanvas.FromSrgb(52, 64, 76), floor, floor * (0.7f + (0.5f * (float)random.NextDouble())));
            at += width * (random.NextIndex(4) == 0 ? 1.25f : 1);
        }
    }

    private static Vector4 Front(Vector2 point, House house, float horizon, Noise noise)
    {
        var (x, y) = (point.X - house.Left, horizon - point.Y);
        var (column, row) = (MathF.Floor(x / house.Bay), MathF.Floor(y / house.Floor));
        var (inBay, inFloor) = ((x / house.Bay) - column - 0.5f, (y / house.Floor) - row - 0.5f);
        var window = Shape.Cover(Shape.Box(inBay, inFloor, row < 1 ? 0.38f : 0.24f, row < 1 ? 0.4f : 0.3f, 0.02f), 1.2f / house.Bay);
        var frame = Shape.Cover(Shape.Box(inBay, inFloor, 0.29f, 0.35f, 0.02f), 1.2f / house.Bay);
        var stained = 1 + (0.12f * noise.Rough(point.X * 0.02f, point.Y * 0.03f, 3));
        var shade = 0.8f + (0.2f * x / (house.Right - house.Left));
        var glass = house.Glass * (0.6f + (0.8f * MathF.Abs(noise.At((column * 7.7f) + house.Left, row * 5.3f)))) * (1.2f - (0.5f * inFloor));
        var wall = house.Wall * stained * shade;
        var ledge = 1 - (0.25f * Shape.Bell(inFloor - 0.5f, 0, 0.04f, 1));
        return new Vector4(Vector3.Lerp(Vector3.Lerp(wall * ledge, wall * 1.3f, frame), glass, window), 1);
    }

    private static void PaintPaving(LightCanvas canvas, float horizon, Noise noise, SeededRandom random)
    {
        var stone = LightCanvas.FromSrgb(158, 152, 144) * (0.7f + (0.4f * (float)random.NextDouble()));
        canvas.Paint(0, horizon, canvas.Width, canvas.Height, 1, point =>
        {
            var depth = canvas.Height * 0.6f / (point.Y - horizon + (0.02f * canvas.Height));
            var across = (point.X - (canvas.Width / 2f)) * depth / canvas.Height;
            var (u, v) = (across * 2.2f, depth * 2.2f);
            var joint = Math.Max(Joint(u), Joint(v)) * Shape.Step(8, 1.5f, depth);
            var worn = 1 + (0.13f * noise.Rough(u * 1.7f, v * 1.7f, 4)) + (0.08f * noise.At(MathF.Floor(u) * 3.1f, MathF.Floor(v) * 3.7f));
            return new Vector4(Vector3.Lerp(stone * worn * (1 - (0.35f * joint)), LightCanvas.FromSrgb(200, 204, 206), Shape.Step(3, 30, depth) * 0.6f), 1);
        });

        static float Joint(float value) => Shape.Step(0.46f, 0.5f, MathF.Abs(value - MathF.Floor(value) - 0.5f));
    }
}
