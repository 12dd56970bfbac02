using Secateur.Detection;
using Secateur.Pixels;
using Xunit;

namespace Secateur.Tests.Detection;

/// <summary>The passes of the multi-scale test; m is the root of 1700 * 1200 over the image's area.</summary>
public sealed class MultiScaleTestTests
{
    private const double Area = 1700 * 1200;

    public static TheoryData<int, int, double[]> Scales => new()
    {
        // m = 0.5 < 0.75: base m, shrunk m / 2, between them and m 3 m / 4
        { 3400, 2400, [0.5, 0.5, 0.25, 0.375] },
        // m = 1 (not above 1): enlarged (0.5 + 1) / 2
        { 1700, 1200, [1, 1, 0.5, 0.75] },
        // 0.75 <= m < 1
        { 2000, 1200, [Root(2000, 1200), Root(2000, 1200), 0.5, (0.5 + Root(2000, 1200)) / 2] },
        // 1 < m < 2
        { 1024, 768, [1, 1, 0.5, Root(1024, 768)] },
        // m = 2: not above 2
        { 850, 600, [1, 1, 0.5, 2] },
        // 2 < m < 4: 2, then m
        { 640, 480, [1, 1, 0.5, 2, Root(640, 480)] },
        // 8 < m < 16: 2, 4, 8, then m
        { 150, 100, [1, 1, 0.5, 2, 4, 8, Root(150, 100)] },
        // m = 4: 4 is not below m, so it comes once
        { 425, 300, [1, 1, 0.5, 2, 4] },
        { 1, 1, [1, 1, 0.5, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, Root(1, 1)] },
    };

    [Theory]
    [MemberData(nameof(Scales))]
    public void The_image_size_decides_the_scales(int width, int height, double[] expected)
    {
        var (image, scales) = (new RgbImage(width, height), new List<double>());
        var faces = MultiScaleTest.Run(image, (_, scale) =>
        {
            scales.Add(scale);
            return [];
        }, 10);
        Assert.Empty(faces);
        Assert.Equal(expected, scales);
    }

    [Fact]
    public void Only_the_second_pass_is_mirrored_and_its_boxes_are_mirrored_back()
    {
        var image = new RgbImage(1700, 1200);
        image.Pixels[0] = 200;
        var calls = new List<(byte First, byte Last)>();
        var voted = MultiScaleTest.Run(image, (given, _) =>
        {
            calls.Add((given.Pixels[0], given.Pixels[3 * (given.Width - 1)]));
            return calls.Count switch
            {
                1 => [new FaceDetection(100, 50, 140, 90, 0.8f)],
                2 => [new FaceDetection(1700 - 140, 50, 1700 - 100, 90, 0.8f)],
                _ => [],
            };
        }, 10);
        Assert.Equal([(200, 0), (0, 200), (200, 0), (200, 0)], calls);
        Assert.Equal(new FaceDetection(100, 50, 140, 90, 0.8f), Assert.Single(voted));
    }

    [Theory]
    // The shrunk pass (the third) keeps boxes whose larger side + 1 is above 30.
    [InlineData(640, 480, 2, 29.5f, 10, true)]
    [InlineData(640, 480, 2, 10, 29.5f, true)]
    [InlineData(640, 480, 2, 29, 29, false)]
    [InlineData(640, 480, 2, 500, 400, true)]
    // Enlarged passes above scale 1 keep boxes whose smaller side + 1 is below 100; all of them.
    [InlineData(640, 480, 3, 98.5f, 300, true)]
    [InlineData(640, 480, 3, 300, 98.5f, true)]
    [InlineData(640, 480, 3, 99, 99, false)]
    [InlineData(640, 480, 4, 99, 99, false)]
    [InlineData(640, 480, 4, 5, 5, true)]
    // The pass between shrunk and base keeps large boxes.
    [InlineData(3400, 2400, 3, 29, 29, false)]
    [InlineData(3400, 2400, 3, 300, 300, true)]
    // Base and mirror keep all.
    [InlineData(640, 480, 0, 3, 3, true)]
    [InlineData(640, 480, 1, 400, 400, true)]
    public void Each_pass_keeps_the_sizes_it_is_for(int width, int height, int pass, float boxWidth, float boxHeight, bool kept)
    {
        var call = 0;
        var box = new FaceDetection(10, 10, 10 + boxWidth, 10 + boxHeight, 0.5f);
        var voted = MultiScaleTest.Run(new RgbImage(width, height), (_, _) => call++ == pass ? [box, box] : [], 10);
        Assert.Equal(kept ? 1 : 0, voted.Count);
    }

    [Fact]
    public void At_most_so_many_faces_are_returned()
    {
        var boxes = Enumerable.Range(0, 20).SelectMany(i => Enumerable.Repeat(new FaceDetection(30 * i, 0, (30 * i) + 20, 20, 0.5f), 2)).ToList();
        var call = 0;
        Assert.Equal(7, MultiScaleTest.Run(new RgbImage(640, 480), (_, _) => call++ == 0 ? boxes : [], 7).Count);
    }

    private static double Root(int width, int height) => Math.Sqrt(Area / ((double)height * width));
}
