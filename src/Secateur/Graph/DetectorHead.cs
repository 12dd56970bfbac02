using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>The units of the SSD box encoding (Liu et al., ECCV 2016).</summary>
/// <param name="Centre">Shifts of the centre are in this part of the anchor.</param>
/// <param name="Size">Logarithms of the size ratio are in this unit.</param>
public readonly record struct BoxVariances(float Centre, float Size);

/// <summary>
/// What makes a network a detector: how its input is made of an image and how its results become boxes. Decoding, matching, augmentation, pruning
/// and files all read it.
/// </summary>
public sealed record DetectorHead
{
    /// <summary>Of a network that detects nothing.</summary>
    public static DetectorHead None { get; } = new();

    /// <summary>The levels, finest first; empty when the network is no detector.</summary>
    public ImmutableArray<DetectionLevel> Levels { get; init; } = [];

    /// <summary>Height over width of the anchors.</summary>
    public double AnchorAspect { get; init; } = 1;

    /// <summary>The units of encoded boxes.</summary>
    public BoxVariances Variances { get; init; } = new(0.1f, 0.2f);

    /// <summary>How boxes are encoded.</summary>
    public BoxRegression Boxes { get; init; }

    /// <summary>How scores are encoded.</summary>
    public ScoreEncoding Scores { get; init; }

    /// <summary>The layers that compute boxes and scores, by their state_dict names: their filters stand for something and are never pruned.</summary>
    public ImmutableArray<string> Layers { get; init; } = [];

    /// <summary>How the network takes its image.</summary>
    public PixelFormat Pixels { get; init; } = PixelFormat.Default;

    /// <summary>Whether boxes and scores are encoded as SSD does: what training and export of boxes know.</summary>
    public bool IsSsd => (Boxes, Scores) == (BoxRegression.CentreSize, ScoreEncoding.Softmax);

    /// <summary>The nodes that detection reads, level by level.</summary>
    public IEnumerable<int> Results => Levels.SelectMany(l => new[] { l.Loc, l.Scores });

    /// <summary>The widths of all anchors in pixels, ascending.</summary>
    public ImmutableArray<int> AnchorSizes => [.. Levels.SelectMany(l => l.AnchorSizes).Distinct().Order()];

    /// <summary>The same head over other positions.</summary>
    public DetectorHead Rewire(Func<int, int> position) =>
        this with { Levels = [.. Levels.Select(l => l with { Loc = position(l.Loc), Scores = position(l.Scores) })] };
}
