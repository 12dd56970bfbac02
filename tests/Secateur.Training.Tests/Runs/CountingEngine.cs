using Secateur.Pixels;
using Secateur.Training.Engine;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Training.Tests.Runs;

/// <summary>An engine of somebody else: counts what a run asks for, and has it computed.</summary>
internal sealed class CountingEngine(Model model, TrainingConfig config) : ITrainingEngine
{
    private readonly TrainingEngine _engine = new(
        model, new TrainingEngineOptions { Batch = config.Batch, Height = config.ImageSize, Width = config.ImageSize, Threads = 1 });

    /// <summary>Backward passes.</summary>
    public int Passes { get; private set; }

    public bool IsDisposed { get; private set; }

    public ParameterVector Parameters => _engine.Parameters;

    public float[] Gradients => _engine.Gradients;

    public IReadOnlyDictionary<string, float[]> Statistics => _engine.Statistics;

    public float[] Locations => _engine.Locations;

    public float[] Scores => _engine.Scores;

    public float[] LocationGradients => _engine.LocationGradients;

    public float[] ScoreGradients => _engine.ScoreGradients;

    public void SetImage(int index, RgbImage image) => _engine.SetImage(index, image);

    public void Forward() => _engine.Forward();

    public void Backward()
    {
        Passes++;
        _engine.Backward();
    }

    public Model ToModel(ModelInfo info) => _engine.ToModel(info);

    public void Dispose()
    {
        IsDisposed = true;
        _engine.Dispose();
    }
}
