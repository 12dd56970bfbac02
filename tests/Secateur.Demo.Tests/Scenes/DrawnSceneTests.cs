using Secateur.Demo.Scenes;
using Secateur.Pixels;
using Xunit;

namespace Secateur.Demo.Tests.Scenes;

public sealed class DrawnSceneTests
{
    [Fact]
    public void The_same_seed_gives_the_same_scene_and_another_seed_another()
    {
        var (one, again, other) = (DrawnScene.Create(5, 160, 120, 4), DrawnScene.Create(5, 160, 120, 4), DrawnScene.Create(6, 160, 120, 4));
        Assert.Equal(one.Image.Pixels, again.Image.Pixels);
        Assert.Equal(one.Faces, again.Faces);
        Assert.NotEqual(one.Image.Pixels, other.Image.Pixels);
        Assert.NotEqual(one.Faces, other.Faces);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void As_many_faces_as_asked_for_are_drawn_where_they_fit(int count)
    {
        for (var seed = 0; seed < 2; seed++) Assert.Equal(count, DrawnScene.Create(seed, 160, 120, count).Faces.Count);
    }

    [Fact]
    public void Crowds_are_thinned_out_rather_than_piled_up()
    {
        var faces = DrawnScene.Create(1, 120, 90, 200).Faces;
        Assert.InRange(faces.Count, 5, 199);
        AssertApart(faces);
    }

    [Fact]
    public void Boxes_lie_in_the_picture_apart_from_each_other_and_look_like_faces()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            var scene = DrawnScene.Create(seed, 240, 180, 8);
            AssertApart(scene.Faces);
            Assert.All(scene.Faces, face =>
            {
                Assert.InRange((face.X1 + face.X2) / 2, 0, 240);
                Assert.InRange((face.Y1 + face.Y2) / 2, 0, 180);
                Assert.InRange((face.Y2 - face.Y1) / (face.X2 - face.X1), 1.1f, 1.4f);
                Assert.Equal(1, face.Score);
            });
        }
    }

    [Fact]
    public void Sizes_vary_within_a_scene()
    {
        var heights = DrawnScene.Create(2, 240, 180, 8).Faces.Select(face => face.Y2 - face.Y1).ToArray();
        Assert.Equal(heights.Order(), heights);
        Assert.True(heights[^1] > 2 * heights[0], $"heights from {heights[0]} to {heights[^1]}");
    }

    [Fact]
    public void The_eyes_have_the_darkest_spots_above_the_nostrils()
    {
        var (faces, darkest) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var scene = DrawnScene.Create(seed, 140, 140, 1);
            foreach (var face in scene.Faces)
            {
                faces++;
                darkest += Darkest(scene.Image, face, 0.34f, 0.46f) < Darkest(scene.Image, face, 0.5f, 0.6f) ? 1 : 0;
            }
        }
        Assert.True(darkest >= faces * 0.9, $"{darkest} of {faces}");
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(32, 200)]
    [InlineData(300, 33)]
    public void Small_and_narrow_pictures_can_be_drawn(int width, int height)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var image = DrawnScene.Create(seed, width, height, 3).Image;
            Assert.Equal((width, height), (image.Width, image.Height));
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DrawnScene.Create(0, 31, 100, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DrawnScene.Create(0, 100, 31, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DrawnScene.Create(0, 100, 100, -1));
    }

    private static void AssertApart(IReadOnlyList<FaceDetection> faces)
    {
        for (var i = 0; i < faces.Count; i++)
        {
            for (var j = i + 1; j < faces.Count; j++)
            {
                var (one, other) = (faces[i], faces[j]);
                var apart = one.X2 < other.X1 || other.X2 < one.X1 || one.Y2 < other.Y1 || other.Y2 < one.Y1;
                Assert.True(apart, $"{one} and {other} overlap");
            }
        }
    }

    /// <summary>The smallest green value in a band of a face, given by its height in the box, over the middle half of its width.</summary>
    private static int Darkest(RgbImage image, FaceDetection face, float from, float to)
    {
        var (width, height) = (face.X2 - face.X1, face.Y2 - face.Y1);
        var darkest = 255;
        for (var y = (int)(face.Y1 + (from * height)); y <= (int)(face.Y1 + (to * height)); y++)
        {
            for (var x = (int)(face.X1 + (0.25f * width)); x <= (int)(face.X1 + (0.75f * width)); x++) darkest = Math.Min(darkest, image.Pixels[(3 * ((y * image.Width) + x)) + 1]);
        }
        return darkest;
    }
}
