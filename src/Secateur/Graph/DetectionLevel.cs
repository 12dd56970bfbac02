using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>A level of a detection head: square or upright anchors around the centre of every cell of <paramref name="Stride"/> pixels.</summary>
/// <param name="Stride">Pixels of the input per cell.</param>
/// <param name="AnchorSizes">Widths of a cell's A anchors in pixels of the input, in the order of the channels.</param>
/// <param name="Loc">The node with the encoded boxes, [N, 4 A, h, w]: the four numbers of the first anchor, then those of the next.</param>
/// <param name="Scores">The node with the background and face logits, [N, 2 A, h, w].</param>
public sealed record DetectionLevel(int Stride, ImmutableArray<int> AnchorSizes, int Loc, int Scores)
{
    /// <summary>Numbers of an encoded box.</summary>
    public const int BoxChannels = 4;

    /// <summary>Logits of an anchor: background and face.</summary>
    public const int ScoreChannels = 2;

    /// <summary>A level with one anchor a cell.</summary>
    public DetectionLevel(int stride, int anchorSize, int loc, int scores)
        : this(stride, [anchorSize], loc, scores)
    {
    }

    /// <summary>A: the anchors of a cell.</summary>
    public int Anchors => AnchorSizes.Length;

    /// <inheritdoc/>
    public bool Equals(DetectionLevel? other) =>
        other is not null && (Stride, Loc, Scores) == (other.Stride, other.Loc, other.Scores) && AnchorSizes.SequenceEqual(other.AnchorSizes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stride, Loc, Scores, AnchorSizes.Length);
}
