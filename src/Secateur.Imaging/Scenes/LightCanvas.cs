using System.Numerics;
using Secateur.Pixels;

namespace Secateur.Imaging.Scenes;

/// <summary>A colour (red, green, blue, linear light) and an opacity at a point.</summary>
internal delegate Vector4 Painter(Vector2 point);

/// <summary>A picture in linear light, painted layer by layer.</summary>
internal sealed class LightCanvas(int width, int height)
{
    private readonly Vector3[] _pixels = new Vector3[width * height];

    public int Width => width;

    public int Height => height;

    /// <summary>The linear light of an sRGB colour.</summary>
    public static Vector3 FromSrgb(int red, int green, int blue)
    {
        return new Vector3(Linear(red), Linear(green), Linear(blue));

        static float Linear(int value) => value <= 10 ? value / 255f / 12.92f : MathF.Pow(((value / 255f) + 0.055f) / 1.055f, 2.4f);
    }

    /// <summary>Lays a painter's colours over a rectangle (in pixels), from <paramref name="samples"/> x samples points a pixel.</summary>
    public void Paint(float left, float top, float right, float bottom, int samples, Painter painter)
    {
        var (x1, y1) = (Math.Max(0, (int)MathF.Floor(left)), Math.Max(0, (int)MathF.Floor(top)));
        var (x2, y2) = (Math.Min(width, (int)MathF.Ceiling(right)), Math.Min(height, (int)MathF.Ceiling(bottom)));
        for (var y = y1; y < y2; y++)
        {
            for (var x = x1; x < x2; x++)
            {
                var (light, opacity) = (Vector3.Zero, 0f);
                for (var i = 0; i < samples * samples; i++)
                {
                    var color = painter(new Vector2(x + (((i % samples) + 0.5f) / samples), y + (((i / samples) + 0.5f) / samples)));
                    light += new Vector3(color.X, color.Y, color.Z) * color.W;
                    opacity += color.W;
                }
                if (opacity <= 0) continue;
                ref var pixel = ref _pixels[(y * width) + x];
                pixel = ((pixel * ((samples * samples) - opacity)) + light) / (samples * samples);
            }
        }
    }

    /// <summary>Blurs everything painted so far, about as a lens does that is focused elsewhere.</summary>
    /// <param name="radius">Pixels.</param>
    public void Blur(int radius)
    {
        if (radius < 1) return;
        for (var pass = 0; pass < 2; pass++)
        {
            for (var y = 0; y < height; y++) BlurLine(y * width, 1, width, radius);
            for (var x = 0; x < width; x++) BlurLine(x, width, height, radius);
        }
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

        static byte Encode(float light)
        {
            var value = light <= 0.0031308f ? 12.92f * light : (1.055f * MathF.Pow(light, 1 / 2.4f)) - 0.055f;
            return (byte)Math.Clamp((255 * value) + 0.5f, 0, 255);
        }
    }

    private void BlurLine(int start, int step, int length, int radius)
    {
        var line = new Vector3[length];
        for (var i = 0; i < length; i++) line[i] = _pixels[start + (i * step)];
        var sum = Vector3.Zero;
        for (var i = -radius; i <= radius; i++) sum += line[Math.Clamp(i, 0, length - 1)];
        for (var i = 0; i < length; i++)
        {
            _pixels[start + (i * step)] = sum / ((2 * radius) + 1);
            sum += line[Math.Min(i + radius + 1, length - 1)] - line[Math.Max(i - radius, 0)];
        }
    }
}
