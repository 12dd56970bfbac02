using System.Globalization;
using System.Text.Json.Serialization;

namespace Secateur.Training.Runs;

/// <summary>
/// What is known of an epoch: a row of <c>metrics.csv</c> and <c>metrics.jsonl</c>. What was not measured is null; what is
/// no finite number, as the validation loss of a model that diverges in inference, is <c>NaN</c> or <c>Infinity</c>.
/// </summary>
public sealed record EpochMetrics
{
    /// <summary>The phase: train, soft or finetune.</summary>
    public required string Phase { get; init; }

    /// <summary>The epoch, from 1, counted over all phases.</summary>
    public required int Epoch { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    [JsonPropertyName("lr")]
    public double LearningRate { get; init; }

    /// <summary>Mean smooth L1 loss of the steps.</summary>
    public double? LossL { get; init; }

    /// <summary>Mean cross entropy of the steps.</summary>
    public double? LossC { get; init; }

    /// <summary>Mean distillation loss of the steps; null in runs with labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DistillationLoss { get; init; }

    /// <summary>Distillation loss on the images held out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValDistillationLoss { get; init; }

    /// <summary>Smooth L1 loss on the validation split, running statistics used.</summary>
    public double? ValLossL { get; init; }

    /// <summary>Cross entropy on the validation split, running statistics used.</summary>
    public double? ValLossC { get; init; }

    /// <summary>Average precision, single-scale: the mean of the three settings, or that over all faces where there are no settings.</summary>
    public double? Ap { get; init; }

    /// <summary>Average precision in WIDER FACE's easy setting.</summary>
    public double? ApEasy { get; init; }

    /// <summary>Average precision in WIDER FACE's medium setting.</summary>
    public double? ApMedium { get; init; }

    /// <summary>Average precision in WIDER FACE's hard setting.</summary>
    public double? ApHard { get; init; }

    /// <summary>Training images a second, waiting for data included.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>The share of that time spent waiting for data, 0 to 1.</summary>
    public double Waiting { get; init; }

    /// <summary>The share of learnable parameters that are zero at the epoch's end.</summary>
    public double Sparsity { get; init; }

    /// <summary>The columns of <c>metrics.csv</c>.</summary>
    internal string CsvHeader =>
        $"phase,epoch,lr,{(DistillationLoss is null ? "loss_l,loss_c,val_loss_l,val_loss_c,ap,ap_easy,ap_medium,ap_hard" : "distillation_loss,val_distillation_loss")},images_per_second,waiting,sparsity";

    /// <summary>The row of <c>metrics.csv</c>.</summary>
    internal string ToCsv()
    {
        double?[] measured = DistillationLoss is null ? [LossL, LossC, ValLossL, ValLossC, Ap, ApEasy, ApMedium, ApHard] : [DistillationLoss, ValDistillationLoss];
        object?[] values = [Phase, Epoch, LearningRate, .. measured.Cast<object?>(), ImagesPerSecond, Waiting, Sparsity];
        return string.Join(',', values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
    }
}
