using Secateur.Gpu.Engine.Launching;
using Secateur.Graph;

namespace Secateur.Gpu.Engine;

/// <summary>Where a detector's boxes [N, A, 4] and logits [N, A, 2], and the gradients by them, are.</summary>
/// <param name="network">The detector.</param>
/// <param name="batch">N.</param>
/// <param name="height">Rows of its input.</param>
/// <param name="width">Columns of its input.</param>
/// <param name="anchors">A.</param>
internal sealed class DetectorResults(Network network, int batch, int height, int width, int anchors)
{
    public long Locations { get; private set; }

    public long Scores { get; private set; }

    public long LocationGradients { get; private set; }

    public long ScoreGradients { get; private set; }

    /// <summary>Takes their room, always the same.</summary>
    public IReadOnlyList<ResultPlace> Place(MemoryLayout layout)
    {
        long Room(int channels) => layout.Allocate((long)batch * anchors * channels);
        (Locations, Scores) = (Room(DetectionLevel.BoxChannels), Room(DetectionLevel.ScoreChannels));
        (LocationGradients, ScoreGradients) = (Room(DetectionLevel.BoxChannels), Room(DetectionLevel.ScoreChannels));
        var shapes = NetworkShapes.Infer(network, height, width);
        var (places, start) = (new List<ResultPlace>(), 0L);
        foreach (var level in network.Head.Levels)
        {
            places.Add(Of(level.Loc, DetectionLevel.BoxChannels, Locations, LocationGradients));
            places.Add(Of(level.Scores, DetectionLevel.ScoreChannels, Scores, ScoreGradients));
            start += shapes[level.Loc].Area * level.Anchors;

            ResultPlace Of(int node, int channels, long values, long gradients) =>
                new(node, values + (start * channels), gradients + (start * channels), (long)anchors * channels, 1, level.Anchors * channels);
        }

        return places;
    }
}
