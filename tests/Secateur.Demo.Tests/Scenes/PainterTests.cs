using System.Numerics;
using System.Runtime.Intrinsics;
using Secateur.Demo.Scenes;
using Xunit;

namespace Secateur.Demo.Tests.Scenes;

public sealed class PainterTests
{
    [Fact]
    public void The_bell_is_close_to_a_gaussian_and_the_same_in_vectors()
    {
        for (var x = 0f; x < 8; x += 0.05f)
        {
            var bell = Shape.Bell(3 * x, 0, 3, 1);
            Assert.Equal(MathF.Exp(-0.5f * x * x), bell, 0.02f);
            Assert.Equal(bell, Shape.Bell(Vector256.Create(x * x))[5], 1e-5f);
        }
        Assert.Equal(1, Shape.Bell(0, 0, 2, 3));
        Assert.Equal(Shape.Bell(1, 0, 2, 7), Shape.Bell(0, 3.5f, 2, 7), 1e-5f);
    }

    [Fact]
    public void Noise_is_smooth_even_and_another_for_another_seed()
    {
        var (one, other) = (new Noise(1), new Noise(2));
        var values = new List<float>();
        for (var y = -20; y < 20; y++)
        {
            for (var x = -20; x < 20; x++)
            {
                values.Add(one.At(x, y));
                Assert.Equal(one.At(x + 0.999f, y + 0.3f), one.At(x + 1, y + 0.3f), 0.01f);
                Assert.InRange(one.At(x + 0.5f, y), Math.Min(one.At(x, y), one.At(x + 1, y)), Math.Max(one.At(x, y), one.At(x + 1, y)));
                Assert.InRange(one.Grain(x, y), -1, 1);
            }
        }
        Assert.Equal(1600, values.Distinct().Count());
        Assert.InRange(values.Average(), -0.06, 0.06);
        Assert.InRange(values.Average(value => value * value), 0.28, 0.39);
        Assert.NotEqual(one.At(3, 4), other.At(3, 4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(10)]
    public void The_points_of_a_pixel_lie_one_in_each_row_and_column(int points)
    {
        var seen = new List<Vector2>();
        new LightCanvas(1, 1).Paint(0, 0, 1, 1, points, point =>
        {
            seen.Add(point * points);
            return default;
        });
        var expected = Enumerable.Range(0, points).Select(i => i + 0.5f).ToArray();
        Assert.Equal(expected, seen.Select(point => point.X).Order(), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(expected, seen.Select(point => point.Y).Order(), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Layers_are_mixed_by_their_opacity_in_linear_light()
    {
        var canvas = new LightCanvas(3, 1);
        canvas.Paint(0, 0, 3, 1, 1, _ => new Vector4(0.2f, 0.4f, 0.8f, 1));
        canvas.Paint(1, 0, 2, 1, 2, point => point.X < 1.5f ? new Vector4(1, 1, 1, 0.5f) : default);
        canvas.Paint(2, 0, 5, 1, 1, _ => new Vector4(5, -1, 0, 1));
        Assert.Equal([Code(0.2), Code(0.4), Code(0.8), Code(0.4), Code(0.55), Code(0.85), 255, 0, 0], canvas.ToImage().Pixels);
        canvas.Expose(new Vector3(0.5f, 1, 0.25f));
        Assert.Equal([Code(0.1), Code(0.4), Code(0.2)], canvas.ToImage().Pixels[..3]);

        static byte Code(double light) => (byte)Math.Round(255 * ((1.055 * Math.Pow(light, 1 / 2.4)) - 0.055));
    }

    [Fact]
    public void Every_srgb_colour_comes_back_as_it_went_in()
    {
        var canvas = new LightCanvas(256, 1);
        canvas.Paint(0, 0, 256, 1, 1, point => new Vector4(LightCanvas.FromSrgb((int)point.X, 255 - (int)point.X, 7), 1));
        var pixels = canvas.ToImage().Pixels;
        Assert.All(Enumerable.Range(0, 256), value => Assert.Equal([(byte)value, (byte)(255 - value), 7], pixels[(3 * value)..((3 * value) + 3)]));
    }

    [Fact]
    public void Some_people_are_seen_from_behind_and_have_no_face()
    {
        var scenes = Enumerable.Range(0, 20).Select(seed => ScenePlan.Place(320, 240, 70, 4, new SeededRandom(seed))).ToArray();
        Assert.All(scenes, poses => Assert.InRange(poses.Count(pose => !pose.FromBehind), 3, 4));
        Assert.InRange(scenes.Count(poses => poses.Any(pose => pose.FromBehind)), 8, 19);
    }

    [Fact]
    public void The_light_varies_from_scene_to_scene()
    {
        var means = Enumerable.Range(0, 10).Select(seed => DrawnScene.Create(seed, 64, 64, 1).Image.Pixels.Average(value => value)).ToArray();
        Assert.True(means.Max() > 1.4 * means.Min(), string.Join(", ", means));
        Assert.All(means, mean => Assert.InRange(mean, 40, 215));
    }
}
