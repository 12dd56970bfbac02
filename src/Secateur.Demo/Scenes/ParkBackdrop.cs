using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>A park: sky, rows of trees, a lawn with a path.</summary>
internal static class ParkBackdrop
{
    public static void Paint(LightCanvas canvas, float horizon, SeededRandom random)
    {
        var noise = new Noise(random.NextIndex(int.MaxValue));
        StreetBackdrop.PaintSky(canvas, horizon, noise, random);
        for (var row = 0; row < 3; row++) PaintTrees(canvas, horizon, row, new Noise(random.NextIndex(int.MaxValue)), random);
        PaintLawn(canvas, horizon, noise, random);
    }

    private static void PaintTrees(LightCanvas canvas, float horizon, int row, Noise noise, SeededRandom random)
    {
        var leaves = Vector3.Lerp(LightCanvas.FromSrgb(112, 138, 92), LightCanvas.FromSrgb(58, 92, 40), (row / 2f * 0.8f) + (0.2f * (float)random.NextDouble()));
        var size = canvas.Height * (0.1f + (0.05f * row));
        var top = horizon * (0.42f + (0.08f * row));
        var skyline = Enumerable.Range(0, canvas.Width).Select(x => top + (0.7f * size * noise.Rough((x + 0.5f) / size, row * 9.7f, 5))).ToArray();
        canvas.Paint(0, skyline.Min() - (0.2f * size), canvas.Width, horizon + 1, 1, point =>
        {
            var crowns = skyline[(int)point.X];
            if (point.Y < crowns - (0.2f * size)) return default;
            var edge = crowns + (0.16f * size * noise.Rough(point.X * 5 / size, point.Y * 5 / size, 3)) - point.Y;
            var opacity = Shape.Cover(edge, 2);
            if (opacity <= 0) return default;
            var clump = noise.Rough(point.X * 3.2f / size, point.Y * 3.2f / size, 5);
            var lit = Math.Clamp(0.62f + (0.75f * clump) - (0.35f * (point.Y - crowns) / size), 0.12f, 1.5f);
            return new Vector4(leaves * lit, opacity);
        });
    }

    private static void PaintLawn(LightCanvas canvas, float horizon, Noise noise, SeededRandom random)
    {
        var (grass, gravel) = (LightCanvas.FromSrgb(104, 134, 58), LightCanvas.FromSrgb(206, 190, 160));
        var (start, lean) = (0.2f + (0.6f * (float)random.NextDouble()), random.Centered());
        canvas.Paint(0, horizon, canvas.Width, canvas.Height, 1, point =>
        {
            var near = (point.Y - horizon) / (canvas.Height - horizon);
            var depth = 1 / (near + 0.03f);
            var (u, v) = ((point.X - (canvas.Width / 2f)) * depth / canvas.Height, depth);
            var blades = (0.16f * noise.Rough(point.X * 60 / canvas.Height, point.Y * 25 / canvas.Height, 2)) + (0.2f * noise.Rough(u * 2, v * 2, 3));
            var middle = canvas.Width * (start + (0.3f * lean * near * near));
            var path = Shape.Cover(MathF.Abs(point.X - middle) - (canvas.Height * (0.01f + (0.3f * near))), 2 + (0.02f * canvas.Height * near));
            var shade = 0.75f + (0.35f * Shape.Step(-0.3f, 0.2f, noise.Rough((u * 0.8f) + 31, v * 0.8f, 3)));
            return new Vector4(Vector3.Lerp(grass * (1 + blades), gravel * (1 + (0.4f * blades)), path) * shade, 1);
        });
    }
}
