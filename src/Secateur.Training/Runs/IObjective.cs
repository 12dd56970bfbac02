using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>What a trainer on the processor minimises: a network in training with its loss. For one caller at a time.</summary>
internal interface IObjective : IDisposable
{
    /// <summary>The learnable parameters, changed by whoever optimises.</summary>
    ParameterVector Parameters { get; }

    /// <summary>The gradients by them, of the last <see cref="Backward"/>.</summary>
    float[] Gradients { get; }

    /// <summary>Running means and variances by name.</summary>
    IReadOnlyDictionary<string, float[]> Statistics { get; }

    /// <summary>Runs the network on this process's images of a batch, and computes the loss of the whole batch with its gradients by the results.</summary>
    StepLoss Forward(IReadOnlyList<TrainingSample> samples);

    /// <summary>The same where the gradients are for a pruning criterion.</summary>
    StepLoss ForwardForCriterion(IReadOnlyList<TrainingSample> samples);

    /// <summary>Computes <see cref="Gradients"/> of the last forward pass, once.</summary>
    void Backward();

    /// <summary>A copy of the present weights and running statistics.</summary>
    Model ToModel(ModelInfo info);
}
