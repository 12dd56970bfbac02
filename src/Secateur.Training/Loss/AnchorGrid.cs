using System.Collections.Immutable;
using Secateur.Graph;

namespace Secateur.Training.Loss;

/// <summary>
/// The anchors of a detector for one input size in the order of the network's outputs: finest level first, row-major, those of a cell together
/// (S3FD, ICCV 2017). Computed in double precision and rounded to float32, as the reference does.
/// </summary>
public sealed class AnchorGrid
{
    /// <summary>Lays out the anchors that a network's head describes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="height">Rows of the network's input.</param>
    /// <param name="width">Columns of the network's input.</param>
    /// <exception cref="ArgumentException">The network has no detection levels, or encodes boxes and scores in another way than SSD.</exception>
    /// <exception cref="NetworkException">The size is too small for the network.</exception>
    public AnchorGrid(Network network, int height, int width)
    {
        var head = network.Head;
        if (head.Levels.IsEmpty) throw new ArgumentException($"the network '{network.Architecture}' has no detection levels", nameof(network));
        if (!head.IsSsd) throw new ArgumentException($"the network '{network.Architecture}' has boxes or scores that no loss knows: {head.Boxes}, {head.Scores}", nameof(network));
        var shapes = NetworkShapes.Infer(network, height, width);
        var planes = ImmutableArray.CreateBuilder<AnchorPlane>();
        foreach (var level in head.Levels)
        {
            var cells = shapes[level.Loc];
            for (var a = 0; a < level.Anchors; a++)
            {
                planes.Add(new AnchorPlane(
                    Count + a,
                    level.Anchors,
                    new AnchorAxis(cells.Width, level.Stride, level.AnchorSizes[a], width),
                    new AnchorAxis(cells.Height, level.Stride, level.AnchorSizes[a] * head.AnchorAspect, height)));
            }

            Count += checked((int)cells.Area * level.Anchors);
        }

        Planes = planes.ToImmutable();
        Variances = head.Variances;
    }

    /// <summary>The number of anchors, all levels together.</summary>
    public int Count { get; }

    /// <summary>The units in which boxes are encoded.</summary>
    public BoxVariances Variances { get; }

    /// <summary>The anchors by level and size, finest level first.</summary>
    internal ImmutableArray<AnchorPlane> Planes { get; }

    /// <summary>The anchor at a position among the network's outputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such anchor.</exception>
    public Anchor this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var k = 0;
            while (index >= Planes[k].End || (index - Planes[k].First) % Planes[k].Step != 0) k++;
            return Planes[k][index];
        }
    }
}
