using Secateur.Pixels;
using Secateur.Weights;

namespace Secateur.Training;

/// <summary>
/// What computes the training steps of a detector, for a batch and an image size chosen when it was made: forward passes in training mode (batch
/// statistics, running statistics updated) and backward passes. For one caller at a time.
/// </summary>
public interface ITrainingEngine : IDisposable
{
    /// <summary>The learnable parameters; read by each <see cref="Forward"/>, changed by whoever optimises.</summary>
    ParameterVector Parameters { get; }

    /// <summary>The gradients by the parameters, laid out as they are; overwritten by <see cref="Backward"/>.</summary>
    float[] Gradients { get; }

    /// <summary>Running means and variances, [C] each, by name: updated by <see cref="Forward"/> once for each use of a batch norm. May be overwritten.</summary>
    IReadOnlyDictionary<string, float[]> Statistics { get; }

    /// <summary>Encoded boxes, [N, A, 4], of the last <see cref="Forward"/>; A are the anchors of all levels, finest first, each row by row, those of a cell together.</summary>
    float[] Locations { get; }

    /// <summary>Background and face logits, [N, A, 2], of the last <see cref="Forward"/>.</summary>
    float[] Scores { get; }

    /// <summary>The loss's gradient by <see cref="Locations"/>; the caller fills it before <see cref="Backward"/>.</summary>
    float[] LocationGradients { get; }

    /// <summary>The loss's gradient by <see cref="Scores"/>; the caller fills it before <see cref="Backward"/>.</summary>
    float[] ScoreGradients { get; }

    /// <summary>Sets an image of the batch; the model's mean is subtracted.</summary>
    /// <exception cref="ArgumentException">The image has another size than the engine.</exception>
    void SetImage(int index, RgbImage image);

    /// <summary>Runs the network in training mode.</summary>
    /// <exception cref="InvalidOperationException">An image was never set.</exception>
    void Forward();

    /// <summary>Computes <see cref="Gradients"/> of the last <see cref="Forward"/>, once.</summary>
    /// <exception cref="InvalidOperationException">There was no <see cref="Forward"/> since the last call.</exception>
    void Backward();

    /// <summary>A copy of the present weights and running statistics.</summary>
    Model ToModel(ModelInfo info);
}
