using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Loss;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Tests.Loss;

/// <summary>Runs batches on a device and compares what comes out with the processor's loss.</summary>
internal sealed class LossRunner : IDisposable
{
    // The memory begins with something else.
    private const int Start = 37;

    private readonly GpuDevice _device;
    private readonly MultiBoxLoss _expected;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _memory;
    private readonly int _boxes;
    private readonly int _scores;

    public LossRunner(GpuDevice device, AnchorGrid grid, int batch)
    {
        (_device, _boxes, _scores) = (device, 4 * batch * grid.Count, 2 * batch * grid.Count);
        _expected = new MultiBoxLoss(grid);
        Loss = new DeviceLoss(device, grid, batch);
        _memory = device.Accelerator.Allocate1D<float>(Start + (2 * (_boxes + _scores)));
    }

    public DeviceLoss Loss { get; }

    /// <summary>The device's result and gradients.</summary>
    public (MultiBoxResult Result, float[] Locations, float[] Scores) Run(LossBatch batch)
    {
        float[] values = [.. new float[Start], .. batch.Locations, .. batch.Scores];
        var memory = new float[_memory.Length];
        Array.Fill(memory, float.NaN);
        values.CopyTo(memory, 0);
        _memory.View.CopyFromCPU(_device.Stream, memory);
        Loss.Upload(batch.Faces);
        Loss.Launch(_memory.View, Start, Start + _boxes, Start + _boxes + _scores, Start + (2 * _boxes) + _scores);
        var result = Loss.Read();
        _memory.View.CopyToCPU(_device.Stream, memory);
        Assert.Equal(values, memory[..values.Length]);
        return (result, memory[values.Length..^_scores], memory[^_scores..]);
    }

    /// <summary>Fails unless the device's choices are the processor's and its numbers nearly so.</summary>
    public void AssertEqual(LossBatch batch)
    {
        var (locations, scores) = (new float[_boxes], new float[_scores]);
        var expected = _expected.Compute(batch.Locations, batch.Scores, batch.Faces, locations, scores);

        var actual = Run(batch);

        Assert.Equal(expected.Positives, actual.Result.Positives);
        Assert.Equal(expected.NonFiniteImages.AsEnumerable(), actual.Result.NonFiniteImages);
        AssertClose(expected.Location, actual.Result.Location);
        AssertClose(expected.Confidence, actual.Result.Confidence);
        AssertClose(locations, actual.Locations);
        AssertClose(scores, actual.Scores);
    }

    public void Dispose()
    {
        Loss.Dispose();
        _memory.Dispose();
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(Chosen(expected), Chosen(actual));

        // A box's gradient is the difference of an output and a target, whose logarithm may round otherwise.
        var largest = expected.Select(Math.Abs).Where(float.IsFinite).DefaultIfEmpty().Max();
        for (var i = 0; i < expected.Length; i++) AssertClose(expected[i], actual[i], 1e-6 * largest);
    }

    private static void AssertClose(double expected, double actual) => AssertClose(expected, actual, 1e-6 * Math.Abs(expected));

    private static void AssertClose(double expected, double actual, double tolerance)
    {
        if (double.IsFinite(expected)) Assert.InRange(actual, expected - tolerance, expected + tolerance);
        else Assert.Equal(expected, actual);
    }

    private static int[] Chosen(float[] gradients) => [.. Enumerable.Range(0, gradients.Length).Where(i => gradients[i] != 0)];
}
