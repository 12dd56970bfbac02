using System.Collections.Immutable;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Loss;
using Secateur.Gpu.Optimization;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training;
using Secateur.Training.Loss;
using Secateur.Training.Tests;
using Secateur.Training.Tests.Engine;

namespace Secateur.Gpu.Tests.Engine;

/// <summary>Training steps of both detectors on a device against PyTorch (tests/Goldens/parity), as <see cref="TrainingStepGoldenTests"/> has them.</summary>
public sealed class GpuStepGoldenTests
{
    [Theory]
    [DeviceData(DeviceKind.OpenCl, "eresfd", 32, 97, 131, 2, OrEmulator = true)]
    [DeviceData(DeviceKind.OpenCl, "extd64", 14, 97, 131, 2)]
    [DeviceData(DeviceKind.OpenCl, "extd48", 1, 161, 200, 1)]
    [DeviceData(DeviceKind.OpenCl, "extd32", 0, 64, 160, 3)]
    public void Steps_equal_PyTorch(DeviceKind kind, string architecture, int drawn, int height, int width, int batch)
    {
        var expected = Golden.Read("training_" + architecture);
        var model = Golden.CreateModel(Architectures.Create(architecture), trains: true);
        var (device, parameters) = (TestDevices.Get(kind), new ParameterVector(model));
        var anchors = new AnchorGrid(model.Network, height, width);
        var results = new DetectorResults(model.Network, batch, height, width, anchors.Count);
        using var executor = new GpuExecutor(device, TestDevices.Backend(kind).Kernels, model, (batch, height, width), results.Place, trains: true);
        using var loss = new DeviceLoss(device, anchors, batch);
        using var optimizer = new DeviceOptimizer(device, architecture == "eresfd" ? OptimizerKind.Adam : OptimizerKind.Sgd, parameters.Values.Length, 5e-4);
        ImmutableArray<FaceBox>[] faces = [.. Enumerable.Range(0, batch).Select(n => Faces.Of(expected[$"faces_{n}"]))];
        for (var step = 1; expected.ContainsKey($"losses_{step}"); step++)
        {
            for (var n = 0; n < batch; n++) WriteImage(executor, n, GoldenNumbers.Image($"training/{drawn}/{n}", height, width), model.Network.Head.Pixels.Mean);
            loss.Upload(faces);
            optimizer.Upload(1e-3);
            executor.Forward();
            loss.Launch(executor.Memory, results.Locations, results.Scores, results.LocationGradients, results.ScoreGradients);
            executor.Backward();
            optimizer.Launch(executor.Memory, executor.Layout.Parameters, executor.Layout.Gradients);
            if (step == 1)
            {
                Golden.AssertNear(expected["locations"].Data, GoldenNumbers.RowSums("locations", Read(executor, results.Locations, batch * anchors.Count * 4), [batch * anchors.Count, 4]), 1e-5, "locations");
                Golden.AssertNear(expected["scores"].Data, GoldenNumbers.RowSums("scores", Read(executor, results.Scores, batch * anchors.Count * 2), [batch * anchors.Count, 2]), 1e-5, "scores");
            }

            var result = loss.Read();
            Golden.AssertNear(expected[$"losses_{step}"].Data, [result.Location, result.Confidence], 1e-5, $"losses {step}");
            TrainingStepGoldenTests.AssertRows(expected[$"gradients_{step}"].Data, parameters, Read(executor, executor.Layout.Gradients, parameters.Values.Length), 1e-4, $"gradient {step}");
            TrainingStepGoldenTests.AssertRows(expected[$"parameters_{step}"].Data, parameters, Read(executor, executor.Layout.Parameters, parameters.Values.Length), 1e-5, $"parameter {step}");
            var statistics = executor.Statistics.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => Read(executor, executor.Layout.Statistics[s.Key], s.Value.Length));
            Golden.AssertNear(expected[$"statistics_{step}"].Data, statistics.Select(v => (double)v), 1e-5, $"statistics {step}");
        }
    }

    private static float[] Read(GpuExecutor executor, long at, int count)
    {
        var values = new float[count];
        executor.Read(at, values);
        return values;
    }

    private static void WriteImage(GpuExecutor executor, int index, byte[] pixels, ImmutableArray<float> mean)
    {
        for (var c = 0; c < 3; c++)
        {
            var plane = new float[pixels.Length / 3];
            for (var i = 0; i < plane.Length; i++) plane[i] = pixels[(3 * i) + c] - mean[c];
            executor.Write(executor.Input.Start + (index * executor.Input.ImageStride) + (c * executor.Input.PlaneStride), plane);
        }
    }
}
