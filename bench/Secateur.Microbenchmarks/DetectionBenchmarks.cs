using BenchmarkDotNet.Attributes;
using Secateur.Bench.Inference;
using Secateur.Detection;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Runtime;
using Secateur.Training.Initialization;
using Secateur.Weights;

namespace Secateur.Microbenchmarks;

/// <summary>What follows the network at 480 rows x 640 columns: reading so many candidates from its outputs, and suppression.</summary>
public class DetectionBenchmarks : IDisposable
{
    private const int Height = 480;
    private const int Width = 640;

    private PlanWorkspace? _workspace;
    private Model _model = null!;
    private DetectorOptions _options = DetectorOptions.Default;

    /// <summary>Cells whose score is above the limit: none, a few faces, a crowd.</summary>
    [Params(0, 100, 1000)]
    public int Candidates { get; set; }

    /// <summary>Runs a network with fresh weights once, and finds the limit that leaves so many candidates.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var engine = new InferenceEngine(Initializer.Create(Architectures.Create("eresfd"), 1));
        (_model, _workspace) = (engine.Lowered.Model, new PlanWorkspace(engine.PlanFor(Height, Width)));
        _workspace.Run();
        var everything = new DetectorOptions { Confidence = 0, Iou = 1, TopK = int.MaxValue, MaxDetections = int.MaxValue };
        _options = DetectorOptions.Default with { Confidence = Read(everything)[Candidates].Score };
    }

    /// <summary>Softmax and boxes of all levels, then suppression.</summary>
    [Benchmark]
    public int DecodeAndSuppress() => Read(_options).Count;

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _workspace?.Dispose();
        GC.SuppressFinalize(this);
    }

    private List<FaceDetection> Read(DetectorOptions options) => FaceReader.Read(_model.Network, node => _workspace!.Result(node), options);
}
