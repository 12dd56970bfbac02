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

    private readonly List<FaceDetection> _faces = [];
    private PlanWorkspace? _workspace;
    private Model _model = null!;
    private float _confidence;

    /// <summary>Cells whose score is above the limit: none, a few faces, a crowd.</summary>
    [Params(0, 100, 1000)]
    public int Candidates { get; set; }

    /// <summary>Runs a network with fresh weights once, and finds the limit that leaves so many candidates.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var engine = new InferenceEngine(Initializer.Create(Architectures.Create("eresfd"), 1));
        (_model, _workspace) = (engine.Lowered.Model, new PlanWorkspace(engine.PlanFor(Height, Width), Height));
        _workspace.Run();
        _confidence = 0;
        Decode();
        _confidence = _faces.Select(f => f.Score).OrderDescending().ElementAt(Candidates);
    }

    /// <summary>Softmax and boxes of all levels, then suppression.</summary>
    [Benchmark]
    public int DecodeAndSuppress()
    {
        Decode();
        NonMaximumSuppression.Run(_faces, DetectorOptions.Default.Iou, DetectorOptions.Default.TopK, DetectorOptions.Default.MaxDetections);
        return _faces.Count;
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _workspace?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Decode()
    {
        _faces.Clear();
        foreach (var level in _model.Network.Levels)
            AnchorDecoder.Decode(level, _workspace!.Result(level.Loc), _workspace.Result(level.Scores), _model.Info.AnchorAspect, _confidence, _faces);
    }
}
