using System.Collections.Immutable;
using Secateur.WiderFace.Predictions;

namespace Secateur.WiderFace.Evaluation;

/// <summary>A score, and the settings in which what has it counts.</summary>
internal readonly record struct ScoredSettings(double Score, WiderSettings Settings);

/// <summary>
/// The predictions of one image against its faces: every prediction goes to the face that it overlaps most (IoU of boxes with the +1 pixel
/// convention, the first of equal ones). At 0.5 or more it finds the face, or counts neither way in the settings that ignore the face. A face
/// is found from its best prediction's score down; all others that reach it stay among the proposals.
/// </summary>
internal sealed class ImageMatch
{
    private const double MinOverlap = 0.5;

    /// <summary>Matches the predictions of an image.</summary>
    public ImageMatch(WiderGroundTruthImage image, IReadOnlyList<WiderPrediction> predictions)
    {
        Faces = image.Faces;
        Predictions = predictions.Count;
        Proposals = new ScoredSettings[Faces.IsEmpty ? 0 : predictions.Count];
        var bestScores = new double[Faces.Length];
        Array.Fill(bestScores, double.NegativeInfinity);
        for (var i = 0; i < predictions.Count; i++)
        {
            var score = predictions[i].Score;
            LowestScore = Math.Min(LowestScore, score);
            HighestScore = Math.Max(HighestScore, score);
            if (Faces.IsEmpty) continue;
            var face = BestFace(predictions[i]);
            Proposals[i] = new ScoredSettings(score, face < 0 ? WiderSettings.All : Faces[face].CountsIn);
            if (face >= 0) bestScores[face] = Math.Max(bestScores[face], score);
        }
        Found = [.. bestScores
            .Select((score, face) => new ScoredSettings(score, Faces[face].CountsIn))
            .Where(found => found.Score > double.NegativeInfinity)];
    }

    /// <summary>The faces of the image.</summary>
    public ImmutableArray<WiderGroundTruthFace> Faces { get; }

    /// <summary>The number of predictions.</summary>
    public int Predictions { get; }

    /// <summary>The lowest score of the predictions; infinite where there are none.</summary>
    public double LowestScore { get; } = double.PositiveInfinity;

    /// <summary>The highest score of the predictions; negative infinite where there are none.</summary>
    public double HighestScore { get; } = double.NegativeInfinity;

    /// <summary>The predictions that count, with their scores; none in an image without faces, as in the official code.</summary>
    public ScoredSettings[] Proposals { get; }

    /// <summary>The faces found, each with the best score that finds it.</summary>
    public ScoredSettings[] Found { get; }

    /// <summary>The face that a prediction overlaps most, -1 where none by at least 0.5.</summary>
    private int BestFace(WiderPrediction prediction)
    {
        var (best, bestOverlap) = (-1, 0.0);
        var (right, bottom) = (prediction.X + prediction.Width, prediction.Y + prediction.Height);
        var area = (prediction.Width + 1) * (prediction.Height + 1);
        for (var i = 0; i < Faces.Length; i++)
        {
            var face = Faces[i];
            var width = Math.Min(right, face.X + face.Width) - Math.Max(prediction.X, face.X) + 1;
            var height = Math.Min(bottom, face.Y + face.Height) - Math.Max(prediction.Y, face.Y) + 1;
            if (width <= 0 || height <= 0) continue;
            var common = width * height;
            var overlap = common / (area + ((face.Width + 1) * (face.Height + 1)) - common);
            if (overlap > bestOverlap) (best, bestOverlap) = (i, overlap);
        }
        return bestOverlap >= MinOverlap ? best : -1;
    }
}
