using Secateur.Pixels;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Detection;

/// <summary>What follows a network: its results become faces.</summary>
internal static class FaceReader
{
    /// <summary>Decodes the best cells of all levels and suppresses what overlaps.</summary>
    /// <param name="model">The model as it ran.</param>
    /// <param name="resultOf">The result of a node.</param>
    /// <param name="options">Thresholds and limits.</param>
    /// <returns>Faces in pixels of the network's input, best first.</returns>
    public static List<FaceDetection> Read(Model model, Func<int, ResultMap> resultOf, DetectorOptions options)
    {
        var levels = model.Network.Levels;
        var cells = new CandidateCells(options.Confidence, options.TopK);
        foreach (var level in levels) cells.Add(resultOf(level.Scores));
        var faces = new List<FaceDetection>();
        foreach (var cell in cells.Best())
        {
            var level = levels[cell.Level];
            if (AnchorDecoder.Decode(level, resultOf(level.Loc), cell, model.Info.AnchorAspect) is { } box) faces.Add(box);
        }

        NonMaximumSuppression.Run(faces, options.Iou, options.MaxDetections);
        return faces;
    }
}
