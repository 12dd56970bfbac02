using System.Numerics;
using System.Runtime.InteropServices;

namespace Secateur.Training.Data.Augmentation;

/// <summary>Hue: turned by +- 18 of 256 steps of the HSV circle; value and saturation stay.</summary>
internal static class HueShift
{
    public const double Range = 18.0 / 256;

    /// <summary>The hues of a circle run from 0 to here.</summary>
    public const int Sectors = 6;

    /// <param name="region">The pixels.</param>
    /// <param name="turn">The shift as a share of the circle.</param>
    public static void Apply(ImageRegion region, float turn)
    {
        var planes = new RgbPlanes(region.Width);
        var shift = ShiftOf(turn);
        for (var y = region.Top; y < region.Bottom; y++)
        {
            planes.Load(region.Row(y));
            Turn(planes.Red, planes.Green, planes.Blue, shift);
            planes.Store(region.Row(y));
        }
    }

    /// <summary>A turn in sectors; positive, so that one subtraction brings any hue back into the circle.</summary>
    public static float ShiftOf(float turn) => Sectors * (turn - MathF.Floor(turn));

    private static void Turn(Span<float> red, Span<float> green, Span<float> blue, float shift)
    {
        var width = Vector<float>.Count;
        var whole = red.Length - (red.Length % width);
        Turn(MemoryMarshal.Cast<float, Vector<float>>(red), MemoryMarshal.Cast<float, Vector<float>>(green), MemoryMarshal.Cast<float, Vector<float>>(blue), shift);
        if (whole == red.Length) return;
        Span<Vector<float>> rest = [Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero];
        var values = MemoryMarshal.Cast<Vector<float>, float>(rest);
        red[whole..].CopyTo(values);
        green[whole..].CopyTo(values[width..]);
        blue[whole..].CopyTo(values[(2 * width)..]);
        Turn(rest[..1], rest[1..2], rest[2..], shift);
        values[..(red.Length - whole)].CopyTo(red[whole..]);
        values.Slice(width, red.Length - whole).CopyTo(green[whole..]);
        values.Slice(2 * width, red.Length - whole).CopyTo(blue[whole..]);
    }

    private static void Turn(Span<Vector<float>> red, Span<Vector<float>> green, Span<Vector<float>> blue, float shift)
    {
        for (var i = 0; i < red.Length; i++)
        {
            var (r, g, b) = (red[i], green[i], blue[i]);
            var value = Vector.Max(r, Vector.Max(g, b));
            var chroma = value - Vector.Min(r, Vector.Min(g, b));
            // Chroma is a whole number: where it is 0 the hue does not matter.
            var scale = Vector<float>.One / Vector.Max(chroma, Vector<float>.One);
            var hue = Vector.ConditionalSelect(
                Vector.Equals(value, r),
                (g - b) * scale,
                Vector.ConditionalSelect(Vector.Equals(value, g), ((b - r) * scale) + new Vector<float>(2), ((r - g) * scale) + new Vector<float>(4)));
            hue = Wrap(hue + new Vector<float>(shift + Sectors));
            red[i] = Channel(5);
            green[i] = Channel(3);
            blue[i] = Channel(1);

            Vector<float> Channel(float phase)
            {
                var k = Wrap(hue + new Vector<float>(phase));
                return value - (chroma * Vector.Max(Vector<float>.Zero, Vector.Min(Vector.Min(k, new Vector<float>(4) - k), Vector<float>.One)));
            }
        }
    }

    /// <summary>Brings values of [0, 18) into [0, 6).</summary>
    private static Vector<float> Wrap(Vector<float> values)
    {
        var circle = new Vector<float>(Sectors);
        values = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(values, circle), values - circle, values);
        return Vector.ConditionalSelect(Vector.GreaterThanOrEqual(values, circle), values - circle, values);
    }
}
