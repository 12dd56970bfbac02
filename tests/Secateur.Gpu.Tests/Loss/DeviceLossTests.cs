using Secateur.Gpu.Devices;
using Secateur.Training;

namespace Secateur.Gpu.Tests.Loss;

public class DeviceLossTests
{
    [Theory]
    [DeviceData(DeviceKind.OpenCl, 128, 128, 1.0)]
    [DeviceData(DeviceKind.OpenCl, 161, 235, 1.0)]
    [DeviceData(DeviceKind.OpenCl, 96, 256, 1.25)]
    public void Equals_the_processors(DeviceKind kind, int height, int width, double aspect)
    {
        var random = new Random(height);
        var grid = LossBatch.Grid(height, width, aspect);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 4);
        foreach (var count in new[] { 1, 2, 5, 20, 60 })
        {
            foreach (var levels in new[] { 0, 3 })
            {
                runner.AssertEqual(LossBatch.Of(
                    random,
                    grid,
                    4,
                    levels,
                    LossBatch.Anywhere(random, count, height, width),
                    [],
                    LossBatch.Aligned(random, count, height, width),
                    LossBatch.Tiny(random, count)));
            }
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Crowds_equal_the_processors_in_a_larger_buffer(DeviceKind kind)
    {
        var random = new Random(5);
        var grid = LossBatch.Grid(128, 160);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 3);
        runner.AssertEqual(LossBatch.Of(random, grid, 3, 0, LossBatch.Anywhere(random, 100, 128, 160)));
        var version = runner.Loss.Version;

        runner.AssertEqual(LossBatch.Of(random, grid, 3, 2, [], LossBatch.Aligned(random, 300, 128, 160), LossBatch.Anywhere(random, 300, 128, 160)));

        Assert.Equal(version + 1, runner.Loss.Version);
        runner.AssertEqual(LossBatch.Of(random, grid, 3, 0, LossBatch.Anywhere(random, 600, 128, 160)));
        Assert.Equal(version + 1, runner.Loss.Version);
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    [DeviceData(DeviceKind.Emulator)]
    public void A_small_batch_equals_the_processors(DeviceKind kind)
    {
        var random = new Random(3);
        var grid = LossBatch.SmallGrid(48, 64);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 2);

        // 16 pixels around the centre of a cell twice, so that faces, overlaps and margins tie.
        var face = new FaceBox(6f / 64, 6f / 48, 22f / 64, 22f / 48);
        runner.AssertEqual(LossBatch.Of(random, grid, 2, 2, [face, .. LossBatch.Aligned(random, 3, 48, 64), face], LossBatch.Anywhere(random, 2, 48, 64)));
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Absent_images_and_batches_without_faces_have_no_gradients(DeviceKind kind)
    {
        var random = new Random(7);
        var grid = LossBatch.SmallGrid(64, 64);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 3);
        runner.AssertEqual(LossBatch.Of(random, grid, 3, 0, LossBatch.Anywhere(random, 9, 64, 64), LossBatch.Anywhere(random, 9, 64, 64)));

        var (result, locations, scores) = runner.Run(LossBatch.Of(random, grid, 3, 0, [], []));

        Assert.Equal((0, 0, 0), (result.Location, result.Confidence, result.Positives));
        Assert.All(locations, g => Assert.Equal(0, g));
        Assert.All(scores, g => Assert.Equal(0, g));
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Everything_positive_leaves_fewer_negatives_than_wanted(DeviceKind kind)
    {
        var random = new Random(2);
        var grid = LossBatch.SmallGrid(16, 16);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 1);
        for (var i = 0; i < 5; i++) runner.AssertEqual(LossBatch.Of(random, grid, 1, 3, LossBatch.Aligned(random, 4 * (i + 1), 16, 16)));
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl, float.NaN)]
    [DeviceData(DeviceKind.OpenCl, float.PositiveInfinity)]
    [DeviceData(DeviceKind.OpenCl, float.NegativeInfinity)]
    public void Names_the_images_whose_loss_is_no_number(DeviceKind kind, float value)
    {
        var random = new Random(11);
        var grid = LossBatch.Grid(128, 128);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 3);
        var batch = LossBatch.Of(
            random, grid, 3, 0, LossBatch.Aligned(random, 3, 128, 128), LossBatch.Anywhere(random, 4, 128, 128), LossBatch.Anywhere(random, 5, 128, 128));
        for (var i = 0; i < 2 * grid.Count; i += 10) batch.Scores[(2 * grid.Count) + i] = value;
        for (var i = 0; i < 2 * grid.Count; i += 30) batch.Scores[(2 * grid.Count) + i + 1] = value;
        for (var i = 0; i < 4 * grid.Count; i++) batch.Locations[(8 * grid.Count) + i] = value;

        runner.AssertEqual(batch);

        Assert.Contains(2, runner.Run(batch).Result.NonFiniteImages);
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Gives_the_same_bits_every_time(DeviceKind kind)
    {
        var random = new Random(13);
        var grid = LossBatch.Grid(160, 160);
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, grid, 2);
        var batch = LossBatch.Of(random, grid, 2, 0, LossBatch.Anywhere(random, 30, 160, 160), LossBatch.Aligned(random, 30, 160, 160));
        var first = runner.Run(batch);
        for (var i = 0; i < 3; i++)
        {
            var again = runner.Run(batch);
            Assert.Equal((first.Result.Location, first.Result.Confidence), (again.Result.Location, again.Result.Confidence));
            Assert.Equal(first.Locations, again.Locations);
            Assert.Equal(first.Scores, again.Scores);
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Refuses_faces_as_the_processor_does(DeviceKind kind)
    {
        var device = TestDevices.Get(kind);
        using var runner = new LossRunner(device, LossBatch.SmallGrid(16, 16), 1);

        Assert.Throws<ArgumentException>(() => runner.Loss.Upload([]));
        Assert.Throws<ArgumentException>(() => runner.Loss.Upload([[], []]));
        Assert.Throws<ArgumentException>(() => runner.Loss.Upload([[new FaceBox(0, 0, 0, 1)]]));
        Assert.Throws<ArgumentException>(() => runner.Loss.Upload([[new FaceBox(0, 0, float.NaN, 1)]]));
    }
}
