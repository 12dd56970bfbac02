using System.Numerics;

namespace Secateur.Demo.Scenes;

/// <summary>A room: a wall with a window, pictures and a bookcase, a wooden floor.</summary>
internal static class RoomBackdrop
{
    public static void Paint(LightCanvas canvas, float horizon, SeededRandom random)
    {
        var noise = new Noise(random.NextIndex(int.MaxValue));
        var floor = horizon + (0.3f * (canvas.Height - horizon));
        PaintWall(canvas, floor, noise, random);
        var at = canvas.Height * (0.05f + (0.1f * (float)random.NextDouble()));
        while (at < canvas.Width)
        {
            var width = canvas.Height * (0.2f + (0.22f * (float)random.NextDouble()));
            switch (random.NextIndex(3))
            {
                case 0:
                    PaintWindow(canvas, at, width, floor, noise);
                    break;
                case 1:
                    PaintPicture(canvas, at, width, floor, new Noise(random.NextIndex(int.MaxValue)), random);
                    break;
                default:
                    PaintBooks(canvas, at, width, floor, new Noise(random.NextIndex(int.MaxValue)));
                    break;
            }
            at += width + (canvas.Height * (0.06f + (0.12f * (float)random.NextDouble())));
        }
        PaintFloor(canvas, floor, noise);
    }

    private static void PaintWall(LightCanvas canvas, float floor, Noise noise, SeededRandom random)
    {
        var wall = LightCanvas.FromSrgb(random.Next(150, 228), random.Next(158, 222), random.Next(150, 222));
        canvas.Paint(0, 0, canvas.Width, floor + 1, 1, point =>
        {
            var plaster = 1 + (0.03f * noise.Rough(point.X * 20 / canvas.Height, point.Y * 20 / canvas.Height, 3));
            var lamp = 0.6f + (0.4f * Shape.Bell(point.X - (0.4f * canvas.Width), point.Y, 0.7f * canvas.Width, 0.7f * canvas.Height));
            var skirting = Shape.Step(floor - (0.045f * canvas.Height), floor - (0.043f * canvas.Height), point.Y);
            return new Vector4(Vector3.Lerp(wall * plaster, new Vector3(0.75f), skirting) * lamp, 1);
        });
    }

    private static void PaintWindow(LightCanvas canvas, float left, float width, float floor, Noise noise)
    {
        var (middle, halfWidth, halfHeight) = (new Vector2(left + (width / 2), 0.38f * floor), width / 2, 0.32f * floor);
        canvas.Paint(left, middle.Y - halfHeight, left + width, middle.Y + halfHeight, 2, point =>
        {
            var at = point - middle;
            var pane = Math.Max(
                Shape.Box(MathF.Abs(at.X) - (halfWidth / 2), at.Y, 0.43f * halfWidth, 0.92f * halfHeight, 1),
                -MathF.Abs(at.Y + (0.3f * halfHeight)) + (0.03f * halfHeight));
            var outdoors = Vector3.Lerp(LightCanvas.FromSrgb(214, 228, 240), LightCanvas.FromSrgb(110, 140, 96), Shape.Step(-0.1f, 0.5f, (at.Y / halfHeight) + (0.4f * noise.Rough(point.X * 8 / width, point.Y * 8 / width, 3))));
            return new Vector4(Vector3.Lerp(new Vector3(0.66f), outdoors, Shape.Cover(pane, 1.5f)), 1);
        });
    }

    private static void PaintPicture(LightCanvas canvas, float left, float width, float floor, Noise noise, SeededRandom random)
    {
        var height = width * (0.7f + (0.5f * (float)random.NextDouble()));
        var middle = new Vector2(left + (width / 2), 0.36f * floor);
        var (one, other) = (LightCanvas.FromSrgb(random.NextIndex(256), random.NextIndex(256), random.NextIndex(256)), LightCanvas.FromSrgb(random.NextIndex(256), random.NextIndex(256), random.NextIndex(256)));
        canvas.Paint(left, middle.Y - (height / 2), left + width, middle.Y + (height / 2), 2, point =>
        {
            var at = point - middle;
            var inner = Shape.Box(at.X, at.Y, 0.44f * width, (height / 2) - (0.06f * width), 0);
            var mount = Shape.Box(at.X, at.Y, 0.34f * width, (height / 2) - (0.16f * width), 0);
            var paint = Vector3.Lerp(one, other, Shape.Step(-0.5f, 0.5f, noise.Rough(at.X * 4 / width, at.Y * 6 / width, 4)));
            var framed = Vector3.Lerp(new Vector3(0.04f, 0.03f, 0.02f), new Vector3(0.8f), Shape.Cover(inner, 1.5f));
            return new Vector4(Vector3.Lerp(framed, paint, Shape.Cover(mount, 1.5f)), 1);
        });
    }

    private static void PaintBooks(LightCanvas canvas, float left, float width, float floor, Noise noise)
    {
        var shelf = 0.14f * canvas.Height;
        canvas.Paint(left, 0.12f * floor, left + width, floor, 4, point =>
        {
            var (x, y) = (point.X - left, floor - point.Y);
            var (row, inRow) = (MathF.Floor(y / shelf), (y / shelf) - MathF.Floor(y / shelf));
            var book = MathF.Floor((x / (0.028f * canvas.Height)) + (0.7f * noise.At(x * 14 / canvas.Height, row * 3.3f)));
            var (hue, tall) = (noise.At(book * 3.7f, row * 5.1f), 0.72f + (0.14f * noise.At(book * 2.9f, (row * 4.7f) + 50)));
            var cover = new Vector3(0.24f + (0.24f * hue), 0.2f + (0.16f * noise.At(book * 1.9f, row * 7.3f)), 0.2f - (0.16f * hue));
            var spine = 0.55f + (0.45f * MathF.Abs(noise.At(x * 60 / canvas.Height, row)));
            var wood = LightCanvas.FromSrgb(96, 66, 42);
            var inside = inRow > 0.08f && x > 0.03f * width && x < 0.97f * width;
            return new Vector4(!inside ? wood : inRow < tall ? cover * spine : wood * 0.25f, 1);
        });
    }

    private static void PaintFloor(LightCanvas canvas, float floor, Noise noise)
    {
        var wood = LightCanvas.FromSrgb(150, 108, 70);
        canvas.Paint(0, floor, canvas.Width, canvas.Height, 1, point =>
        {
            var depth = 0.7f * canvas.Height / (point.Y - floor + (0.25f * canvas.Height));
            var u = (point.X - (canvas.Width / 2f)) * depth / canvas.Height * 9;
            var board = MathF.Floor(u);
            var joint = Shape.Step(0.47f, 0.5f, MathF.Abs(u - board - 0.5f));
            var grain = 1 + (0.16f * noise.Rough(u * 4, depth * 7, 3)) + (0.14f * noise.At(board * 3.3f, 0.5f));
            return new Vector4(wood * grain * (1 - (0.4f * joint)) * (0.55f + (0.45f * Shape.Step(3, 0.8f, depth))), 1);
        });
    }
}
