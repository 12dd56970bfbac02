using System.Collections.Immutable;

namespace Secateur.WiderFace.Evaluation;

/// <summary>A point of a precision-recall curve.</summary>
/// <param name="Threshold">The smallest normalised score taken, 0 to 1.</param>
/// <param name="Precision">Faces found by all predictions that count; 0 where none counts.</param>
/// <param name="Recall">Faces found by all faces that count.</param>
public readonly record struct PrecisionRecallPoint(double Threshold, double Precision, double Recall);

/// <summary>The result in one setting.</summary>
/// <param name="AveragePrecision">Average precision at IoU 0.5, 0 to 1; null where no face counts.</param>
/// <param name="Faces">The faces that count.</param>
/// <param name="Curve">1,000 points of falling threshold; empty where no face counts.</param>
public sealed record WiderSettingEvaluation(double? AveragePrecision, int Faces, ImmutableArray<PrecisionRecallPoint> Curve);

/// <summary>The result of the WIDER FACE evaluation.</summary>
/// <param name="Easy">The easy setting.</param>
/// <param name="Medium">The medium setting.</param>
/// <param name="Hard">The hard setting.</param>
/// <param name="Images">The images evaluated.</param>
/// <param name="ListedImages">The images of the ground truth; with fewer <paramref name="Images"/>, the result cannot be compared with published
/// ones.</param>
/// <param name="Predictions">The predictions for the images evaluated.</param>
/// <param name="LowestScore">The lowest score among them, which is normalised to 0; 0 where there are none.</param>
/// <param name="HighestScore">The highest score among them, which is normalised to 1; 0 where there are none.</param>
public sealed record WiderEvaluation(
    WiderSettingEvaluation Easy,
    WiderSettingEvaluation Medium,
    WiderSettingEvaluation Hard,
    int Images,
    int ListedImages,
    int Predictions,
    double LowestScore,
    double HighestScore);
