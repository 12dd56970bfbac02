using System.Numerics;
using Secateur.Pixels;

namespace Secateur.Demo.Scenes;

/// <summary>A colour (red, green, blue, linear light) and an opacity at a point.</summary>
internal delegate Vector4 Painter(Vector2 point);

/// <summary>A picture in linear light, painted layer by layer.</summary>
internal sealed class LightCanvas(int width, int height)
{
    // Fine enough for the steep end in the dark: a step there is a fifth of a code.
    private const int CodeSteps = 1 << 14;

    private static readonly byte[] Codes = [.. Enumerable.Range(0, CodeSteps + 1).Select(i => EncodeExactly(i / (float)CodeSteps))];

    private readonly Vector3[] _pixels = new Vector3[width * height];

    public int Width => width;

    public int Height => height;

    /// <summary>The linear light of an sRGB colour.</summary>
    public static Vector3 FromSrgb(int red, int green, int blue)
    {
        return new Vector3(Linear(red), Linear(green), Linear(blue));

        static float Linear(int value) => value <= 10 ? value / 255f / 12.92f : MathF.Pow(((value / 255f) + 0.055f) / 1.055f, 2.4f);
    }

    /// <summary>Lays a painter's colours over a rectangle (in pixels).</summary>
    /// <param name="left">Left edge.</param>
    /// <param name="top">Upper edge.</param>
    /// <param name="right">Right edge.</param>
    /// <param name="bottom">Lower edge.</param>
    /// <param name="points">Points in each pixel, one a row and one a column of a fine lattice; 1 below a prime: 1, 2, 4, 6, 10.</param>
    /// <param name="painter">The colours.</param>
    public void Paint(float left, float top, float right, float bottom, int points, Painter painter)
    {
        var offsets = Offsets(points);
        var (x1, y1) = (Math.Max(0, (int)MathF.Floor(left)), Math.Max(0, (int)MathF.Floor(top)));
        var (x2, y2) = (Math.Min(width, (int)MathF.Ceiling(right)), Math.Min(height, (int)MathF.Ceiling(bottom)));
        var share = 1f / points;
        for (var y = y1; y < y2; y++)
        {
            for (var x = x1; x < x2; x++)
            {
                var sum = Vector4.Zero;
                foreach (var offset in offsets)
                {
                    var color = painter(new Vector2(x, y) + offset);
                    sum += (color with { W = 1 }) * color.W;
                }
                if (sum.W <= 0) continue;
                sum *= share;
                ref var pixel = ref _pixels[(y * width) + x];
                pixel = (pixel * (1 - sum.W)) + sum.AsVector3();
            }
        }
    }

    /// <summary>Blurs everything painted so far, about as a lens does that is focused elsewhere.</summary>
    /// <param name="radius">Pixels.</param>
    public void Blur(int radius)
    {
        if (radius < 1) return;
        var line = new Vector3[Math.Max(width, height)];
        for (var pass = 0; pass < 2; pass++)
        {
            for (var y = 0; y < height; y++) BlurLine(y * width, 1, line.AsSpan(0, width), radius);
            for (var x = 0; x < width; x++) BlurLine(x, width, line.AsSpan(0, height), radius);
        }
    }

    /// <summary>Multiplies all light.</summary>
    public void Expose(Vector3 factor)
    {
        foreach (ref var pixel in _pixels.AsSpan()) pixel *= factor;
    }

    /// <summary>The picture as sRGB bytes.</summary>
    public RgbImage ToImage()
    {
        var image = new RgbImage(width, height);
        for (var i = 0; i < _pixels.Length; i++)
        {
            image.Pixels[3 * i] = Encode(_pixels[i].X);
            image.Pixels[(3 * i) + 1] = Encode(_pixels[i].Y);
            image.Pixels[(3 * i) + 2] = Encode(_pixels[i].Z);
        }
        return image;

        static byte Encode(float light) => Codes[(int)((CodeSteps * Math.Clamp(light, 0, 1)) + 0.5f)];
    }

    /// <summary>A rank-1 lattice: multiples of a number near the golden section of a prime.</summary>
    private static Vector2[] Offsets(int points)
    {
        var step = (int)MathF.Round(0.382f * (points + 1));
        return [.. Enumerable.Range(1, points).Select(i => new Vector2(i - 0.5f, (i * step % (points + 1)) - 0.5f) / points)];
    }

    private static byte EncodeExactly(float light)
    {
        var value = light <= 0.0031308f ? 12.92f * light : (1.055f * MathF.Pow(light, 1 / 2.4f)) - 0.055f;
        return (byte)((255 * value) + 0.5f);
    }

    private void BlurLine(int start, int step, Span<Vector3> line, int radius)
    {
        for (int i = 0, at = start; i < line.Length; i++, at += step) line[i] = _pixels[at];
        var (sum, share) = (Vector3.Zero, 1f / ((2 * radius) + 1));
        for (var i = -radius; i <= radius; i++) sum += line[Math.Clamp(i, 0, line.Length - 1)];
        for (int i = 0, at = start; i < line.Length; i++, at += step)
        {
            _pixels[at] = sum * share;
            sum += line[Math.Min(i + radius + 1, line.Length - 1)] - line[Math.Max(i - radius, 0)];
        }
    }
}
