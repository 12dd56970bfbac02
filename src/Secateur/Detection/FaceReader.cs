using Secateur.Pixels;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Detection;

/// <summary>What follows a network: its results become faces.</summary>
internal static class FaceReader
{
    /// <summary>Decodes all levels and suppresses what overlaps.</summary>
    /// <param name="model">The model as it ran.</param>
    /// <param name="resultOf">The result of a node.</param>
    /// <param name="options">Thresholds and limits.</param>
    /// <returns>Faces in pixels of the network's input, best first.</returns>
    public static List<FaceDetection> Read(Model model, Func<int, ResultMap> resultOf, DetectorOptions options)
    {
        var faces = new List<FaceDetection>();
        foreach (var level in model.Network.Levels)
            AnchorDecoder.Decode(level, resultOf(level.Loc), resultOf(level.Scores), model.Info.AnchorAspect, options.Confidence, faces);
        NonMaximumSuppression.Run(faces, options.Iou, options.TopK, options.MaxDetections);
        return faces;
    }
}
