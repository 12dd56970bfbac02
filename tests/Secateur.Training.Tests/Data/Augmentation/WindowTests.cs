using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;
using Xunit;

namespace Secateur.Training.Tests.Data.Augmentation;

public class WindowTests
{
    [Fact]
    public void Anchor_sampling_spreads_a_face_over_the_anchors_up_to_one_above_its_own()
    {
        // A side of 100 is nearest 128, so that the targets are 16 to 256, each spread over an octave to either side.
        var face = new LabelledFace(400, 300, 480, 425);
        var octaves = new int[7];
        for (var i = 0; i < 6000; i++)
        {
            var window = AnchorSampling.Choose(1000, 800, [face], SmallDataset.Head.AnchorSizes, 640, new SeededRandom(1, 0, i))!.Value;
            Assert.True(window.Contains(face));
            octaves[(int)Math.Floor(Math.Log2(100 * 640 / window.Side)) - 3]++;
        }

        Assert.Equal(0, octaves[6]);
        Assert.All(new[] { octaves[0], octaves[5] }, count => Assert.InRange(count / 6000.0, 0.08, 0.12));
        Assert.All(octaves[1..5], count => Assert.InRange(count / 6000.0, 0.17, 0.23));
    }

    [Fact]
    public void Anchor_sampling_keeps_a_small_image_whole()
    {
        for (var i = 0; i < 200; i++)
        {
            var window = AnchorSampling.Choose(100, 120, [new LabelledFace(20, 20, 80, 100)], SmallDataset.Head.AnchorSizes, 640, new SeededRandom(2, 0, i))!.Value;
            if (window.Side < 120) continue;
            Assert.True(window.X <= 0 && window.Y <= 0 && window.X + window.Side >= 100 && window.Y + window.Side >= 120);
        }
    }

    [Fact]
    public void A_face_so_narrow_that_rounding_takes_its_width_is_dropped()
    {
        var window = new SampleWindow(-700, -1, 1100);
        for (var x = 300f; x < 300.1f; x = MathF.BitIncrement(x))
        {
            var face = new LabelledFace(x, -1e6f, MathF.BitIncrement(MathF.BitIncrement(x)), 1e6f);
            Assert.All(window.Keep([face], 640), kept => Assert.True(kept.X2 > kept.X1));
        }
    }

    [Fact]
    public void Square_crops_lie_inside_the_image_around_a_whole_face()
    {
        LabelledFace[] faces = [new(100, 50, 160, 130), new(700, 300, 720, 330)];
        var (largest, seen) = (0, new HashSet<LabelledFace>());
        for (var i = 0; i < 1000; i++)
        {
            var window = SquareCrop.Choose(900, 600, [.. faces], new SeededRandom(3, 0, i))!.Value;
            Assert.InRange(window.Side, 180, 600);
            Assert.True(window.X >= 0 && window.Y >= 0 && window.X + window.Side <= 900 && window.Y + window.Side <= 600);
            Assert.Contains(faces, window.Contains);
            seen.UnionWith(faces.Where(window.Contains));
            if (window.Side == 600) largest++;
        }

        Assert.Equal(2, seen.Count);
        Assert.InRange(largest, 160, 260);
        Assert.Null(SquareCrop.Choose(900, 600, [new LabelledFace(100, -5, 800, 605)], new SeededRandom(3, 0, 0)));
    }

    [Fact]
    public void Both_ways_to_crop_are_taken_and_both_ways_round()
    {
        var augmentation = new SampleAugmentation(SmallDataset.Head, 640);
        var windows = Enumerable.Range(0, 1000).Select(i => augmentation.ChooseWindow(900, 600, [new(100, 50, 160, 130)], new SeededRandom(4, 0, i))).ToList();
        Assert.InRange(windows.Count(w => w.ClipsFaces), 440, 560);
        Assert.InRange(windows.Count(w => w.Mirrored), 440, 560);
        Assert.Equal(new SampleWindow(0, -150, 900), augmentation.ChooseWindow(900, 600, [new(0, -5, 900, 605)], new SeededRandom(4, 0, 0)) with { Mirrored = false });
    }

    [Fact]
    public void Faces_are_kept_by_their_centre_and_area()
    {
        var window = new SampleWindow(100, 100, 320, ClipsFaces: true);
        LabelledFace[] faces =
        [
            new(110, 120, 142, 152), // inside
            new(80, 100, 140, 160),  // centre inside, left edge outside
            new(60, 100, 130, 160),  // centre outside
            new(200, 200, 203, 202.9f), // 6 x 5.8 pixels at network size
            new(200, 200, 203, 203), // 6 x 6
        ];
        var kept = window.Keep([.. faces], 640);
        Assert.Equal([new FaceBox(10 / 320f, 20 / 320f, 42 / 320f, 52 / 320f), new FaceBox(0, 0, 40 / 320f, 60 / 320f)], kept.Take(2));
        Assert.Equal(3, kept.Length);
        Assert.Equal(-20 / 320f, (window with { ClipsFaces = false }).Keep([.. faces], 640)[1].X1);
        var mirrored = (window with { Mirrored = true }).Keep([.. faces], 640)[1];
        Assert.Equal((1 - (40 / 320f), 1f), (mirrored.X1, mirrored.X2));
    }
}
