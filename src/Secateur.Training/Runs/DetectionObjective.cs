using Secateur.Training.Loss;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>Detection: the multi-box loss on labelled faces.</summary>
/// <param name="engine">What computes; disposed of with it.</param>
/// <param name="loss">The loss, for the engine's anchors.</param>
internal sealed class DetectionObjective(ITrainingEngine engine, MultiBoxLoss loss) : IObjective
{
    public ParameterVector Parameters => engine.Parameters;

    public float[] Gradients => engine.Gradients;

    public IReadOnlyDictionary<string, float[]> Statistics => engine.Statistics;

    public StepLoss Forward(IReadOnlyList<TrainingSample> samples)
    {
        for (var n = 0; n < samples.Count; n++) engine.SetImage(n, samples[n].Image);
        engine.Forward();
        return StepLoss.Of(loss.Compute(engine.Locations, engine.Scores, [.. samples.Select(s => s.Faces)], engine.LocationGradients, engine.ScoreGradients));
    }

    public StepLoss ForwardForCriterion(IReadOnlyList<TrainingSample> samples) => Forward(samples);

    public void Backward() => engine.Backward();

    public Model ToModel(ModelInfo info) => engine.ToModel(info);

    public void Dispose() => engine.Dispose();
}
