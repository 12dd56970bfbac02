using Secateur.Imaging.Drawing;
using Secateur.Pixels;

namespace Secateur.Imaging.Tests.Drawing;

public sealed class FaceAnnotatorTests
{
    private static readonly RgbColor Line = AnnotationStyle.Default.Color;

    [Fact]
    public void The_given_picture_stays_as_it_is()
    {
        var image = TestImages.Noise(60, 40, 1);
        var before = (byte[])image.Pixels.Clone();
        var drawn = FaceAnnotator.Draw(image, [new FaceDetection(10, 10, 30, 30, 0.9f)]);
        Assert.Equal(before, image.Pixels);
        Assert.NotSame(image.Pixels, drawn.Pixels);
        Assert.Equal(before, FaceAnnotator.Draw(image, []).Pixels);
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(640, 480)]
    [InlineData(2000, 1500)]
    public void The_line_lies_on_the_edges_and_the_face_stays_free(int width, int height)
    {
        var image = TestImages.Filled(width, height, 100, 100, 100);
        var (x1, y1, x2, y2) = (width / 4, height / 4, width / 2, height / 2);
        var drawn = FaceAnnotator.Draw(image, [new FaceDetection(x1, y1, x2, y2, 0.5f)], new AnnotationStyle { ShowScores = false });
        Assert.Equal(Line, At(drawn, x1, (y1 + y2) / 2));
        Assert.Equal(Line, At(drawn, x2, (y1 + y2) / 2));
        Assert.Equal(Line, At(drawn, (x1 + x2) / 2, y1));
        Assert.Equal(Line, At(drawn, (x1 + x2) / 2, y2));
        Assert.Equal(Line, At(drawn, x1, y1));
        Assert.Equal(Line, At(drawn, x2, y2));
        var margin = Math.Min(x2 - x1, y2 - y1) / 8;
        var untouched = true;
        for (var y = y1 + margin; y <= y2 - margin; y++)
        {
            for (var x = x1 + margin; x <= x2 - margin; x++) untouched &= At(drawn, x, y) == new RgbColor(100, 100, 100);
        }
        Assert.True(untouched, "the line runs into the face");
        Assert.Equal(new RgbColor(100, 100, 100), At(drawn, x1 - margin, y1 - margin));
        Assert.Equal(new RgbColor(100, 100, 100), At(drawn, x2 + margin, y2 + margin));
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(320, 240)]
    [InlineData(1024, 768)]
    [InlineData(8000, 100)]
    [InlineData(1500, 2000)]
    public void A_score_is_readable_at_every_size(int width, int height)
    {
        var image = TestImages.Filled(width, height, 100, 100, 100);
        var face = new FaceDetection(width * 0.05f, height * 0.05f, width * 0.95f, height * 0.95f, 0.87f);
        var without = FaceAnnotator.Draw(image, [face], new AnnotationStyle { ShowScores = false });
        var (box, dark) = LabelOf(without, FaceAnnotator.Draw(image, [face]));
        // At least the 5 x 7 font itself, and a hundredth of the picture's mean side; strokes cover a fair part of the background.
        Assert.InRange(box.Height, Math.Max(7, Math.Sqrt(width * height) / 100), height * 0.45);
        Assert.InRange(dark / (double)(box.Width * box.Height), 0.1, 0.5);
    }

    [Fact]
    public void The_text_is_the_score_with_two_digits()
    {
        var image = TestImages.Filled(100, 100, 100, 100, 100);
        var face = new FaceDetection(30, 30, 70, 70, 0.714f);
        var drawn = FaceAnnotator.Draw(image, [face]);
        var label = LabelOf(FaceAnnotator.Draw(image, [face], new AnnotationStyle { ShowScores = false }), drawn).Box;
        Assert.Equal(DigitPaths.WidthOf("0.71") + 2, label.Width);

        // The middle of the 7's upper stroke and of the 1's stem are dark, the corners of the label are not.
        Assert.True(At(drawn, label.Left + 1 + 12 + 2, label.Top + 1).Green < 120);
        Assert.True(At(drawn, label.Left + 1 + 18 + 2, label.Top + 4).Green < 120);
        Assert.Equal(Line, At(drawn, label.Left, label.Bottom - 1));
    }

    [Fact]
    public void Other_labels_stay_with_their_faces()
    {
        var image = TestImages.Filled(300, 100, 100, 100, 100);
        FaceDetection[] faces = [new(20, 30, 120, 90, 0.3f), new(180, 30, 280, 90, 0.8f)];
        Assert.Equal(FaceAnnotator.Draw(image, faces).Pixels, FaceAnnotator.Draw(image, faces, labels: ["0.30", "0.80"]).Pixels);
        var bare = FaceAnnotator.Draw(image, faces[..1], new AnnotationStyle { ShowScores = false });
        Assert.Equal(DigitPaths.WidthOf("#12 0.30") + 2, LabelOf(bare, FaceAnnotator.Draw(image, faces[..1], labels: ["#12 0.30"])).Box.Width);
    }

    [Fact]
    public void Labels_stay_inside_and_hide_no_other_face_and_no_other_label()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var bounds = new PixelBox(0, 0, random.Next(20, 1200), random.Next(20, 900));
            var frames = Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
            {
                var (left, top) = (random.Next(-30, bounds.Right), random.Next(-30, bounds.Bottom));
                return new PixelBox(left, top, left + random.Next(3, 200), top + random.Next(3, 200));
            }).ToArray();
            var placer = new ScoreLabelPlacer(bounds, frames, random.Next(1, 6));
            var placed = new List<PixelBox>();
            for (var i = 0; i < frames.Length; i++)
            {
                if (placer.Place(i, "0.12") is not { } label) continue;
                Assert.Equal(label.Box, label.Box.Intersect(bounds));
                Assert.DoesNotContain(placed, label.Box.Overlaps);
                Assert.DoesNotContain(frames.Where((_, other) => other != i), label.Box.Overlaps);
                placed.Add(label.Box);
            }
        }
    }

    [Fact]
    public void Faces_with_room_around_them_all_get_their_scores()
    {
        var frames = Enumerable.Range(0, 20).Select(i => new PixelBox((i % 5 * 60) + 10, (i / 5 * 60) + 20, (i % 5 * 60) + 30, (i / 5 * 60) + 45)).ToArray();
        var placer = new ScoreLabelPlacer(new PixelBox(0, 0, 300, 260), frames, 3);
        Assert.All(Enumerable.Range(0, 20), i => Assert.NotNull(placer.Place(i, "0.99")));
    }

    [Fact]
    public void In_a_dense_crowd_scores_are_left_out()
    {
        var frames = Enumerable.Range(0, 100).Select(i => new PixelBox(i % 10 * 12, i / 10 * 12, (i % 10 * 12) + 10, (i / 10 * 12) + 10)).ToArray();
        var placer = new ScoreLabelPlacer(new PixelBox(0, 0, 120, 120), frames, 1);
        Assert.All(Enumerable.Range(0, 100), i => Assert.Null(placer.Place(i, "0.99")));
    }

    [Fact]
    public void Any_picture_size_and_any_box_can_be_drawn()
    {
        var random = new Random(3);
        float[] odd = [0, -0.4f, 0.5f, 1e9f, -1e9f, 3e38f, -3e38f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        for (var round = 0; round < 500; round++)
        {
            var image = TestImages.Filled(random.Next(1, 50), random.Next(1, 50), 9, 9, 9);
            var faces = Enumerable.Range(0, 4).Select(_ => new FaceDetection(Coordinate(), Coordinate(), Coordinate(), Coordinate(), Coordinate()));
            Assert.Equal(image.Width, FaceAnnotator.Draw(image, faces).Width);
        }

        float Coordinate() => random.Next(3) == 0 ? odd[random.Next(odd.Length)] : random.Next(-20, 70);
    }

    [Fact]
    public void A_face_that_sticks_out_is_clipped_and_one_outside_leaves_no_trace()
    {
        var image = TestImages.Filled(100, 80, 50, 50, 50);
        var drawn = FaceAnnotator.Draw(image, [new FaceDetection(-1e30f, 20, 60, 1e30f, 0.9f)], new AnnotationStyle { ShowScores = false });
        Assert.Equal(Line, At(drawn, 60, 50));
        Assert.Equal(Line, At(drawn, 0, 20));
        Assert.Equal(new RgbColor(50, 50, 50), At(drawn, 0, 50));
        Assert.Equal(image.Pixels, FaceAnnotator.Draw(image, [new FaceDetection(300, 300, 350, 350, 0.9f)]).Pixels);
    }

    [Fact]
    public void The_text_contrasts_with_its_background()
    {
        Assert.Equal(new RgbColor(0, 0, 0), new RgbColor(255, 255, 0).Contrasting);
        Assert.Equal(new RgbColor(255, 255, 255), new RgbColor(0, 0, 200).Contrasting);
    }

    [Fact]
    public void Every_character_of_a_score_has_its_own_shape()
    {
        var shapes = "0123456789.".Select(character => DigitPaths.Of(character)!.ToSvgPathData()).ToArray();
        Assert.Equal(11, shapes.Distinct().Count());
        Assert.All(shapes, shape => Assert.NotEmpty(shape));
        Assert.Null(DigitPaths.Of('x'));
    }

    private static RgbColor At(RgbImage image, int x, int y)
    {
        var (red, green, blue) = TestImages.PixelAt(image, x, y);
        return new RgbColor(red, green, blue);
    }

    /// <summary>The rectangle that a label was drawn on, and how many of its pixels are dark.</summary>
    private static (PixelBox Box, int Dark) LabelOf(RgbImage without, RgbImage with)
    {
        var box = new PixelBox(int.MaxValue, int.MaxValue, 0, 0);
        for (var y = 0; y < with.Height; y++)
        {
            for (var x = 0; x < with.Width; x++)
            {
                if (At(with, x, y) != At(without, x, y))
                    box = new PixelBox(Math.Min(box.Left, x), Math.Min(box.Top, y), Math.Max(box.Right, x + 1), Math.Max(box.Bottom, y + 1));
            }
        }
        Assert.False(box.IsEmpty, "no label was drawn");
        var dark = 0;
        for (var y = box.Top; y < box.Bottom; y++)
        {
            for (var x = box.Left; x < box.Right; x++) dark += At(with, x, y).Green < Line.Green / 2 ? 1 : 0;
        }
        return (box, dark);
    }
}
