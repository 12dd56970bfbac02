using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Runtime.Memory;

namespace Secateur.Detection;

/// <summary>What follows a network: its results become faces.</summary>
internal static class FaceReader
{
    /// <summary>Decodes the best anchors of all levels and suppresses what overlaps.</summary>
    /// <param name="network">The network as it ran.</param>
    /// <param name="resultOf">The result of a node.</param>
    /// <param name="options">Thresholds and limits.</param>
    /// <returns>Faces in pixels of the network's input, best first.</returns>
    public static List<FaceDetection> Read(Network network, Func<int, ResultMap> resultOf, DetectorOptions options)
    {
        var head = network.Head;
        var candidates = new Candidates(options.Confidence, options.TopK, head.Scores);
        foreach (var level in head.Levels) candidates.Add(resultOf(level.Scores));
        var faces = new List<FaceDetection>();
        foreach (var candidate in candidates.Best())
        {
            if (AnchorDecoder.Decode(head, resultOf(head.Levels[candidate.Level].Loc), candidate) is { } box) faces.Add(box);
        }

        NonMaximumSuppression.Run(faces, options.Iou, options.MaxDetections);
        return faces;
    }
}
