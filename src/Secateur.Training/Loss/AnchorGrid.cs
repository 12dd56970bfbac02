using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Training.Loss;

/// <summary>
/// The anchors of a detector for one input size: one a cell of every level, finest level first, row-major, in the order of the network's outputs
/// (S3FD, ICCV 2017). Computed in double precision and rounded to float32, as the reference does.
/// </summary>
public sealed class AnchorGrid
{
    /// <summary>Lays out the anchors of a model, with the aspect that it was or will be trained with (<see cref="ModelInfo.AnchorAspect"/>).</summary>
    /// <param name="model">The model; its weights do not matter.</param>
    /// <param name="height">Rows of the network's input.</param>
    /// <param name="width">Columns of the network's input.</param>
    /// <exception cref="ArgumentException">The network has no detection levels.</exception>
    /// <exception cref="NetworkException">The size is too small for the network.</exception>
    public AnchorGrid(Model model, int height, int width)
    {
        var network = model.Network;
        if (network.Levels.IsEmpty) throw new ArgumentException($"the network '{network.Architecture}' has no detection levels", nameof(model));
        var shapes = NetworkShapes.Infer(network, height, width);
        var levels = ImmutableArray.CreateBuilder<AnchorLevel>(network.Levels.Length);
        foreach (var level in network.Levels)
        {
            var cells = shapes[level.Loc];
            levels.Add(new AnchorLevel(
                Count,
                new AnchorAxis(cells.Width, level.Stride, level.AnchorSize, width),
                new AnchorAxis(cells.Height, level.Stride, level.AnchorSize * model.Info.AnchorAspect, height)));
            Count = levels[^1].End;
        }

        Levels = levels.MoveToImmutable();
    }

    /// <summary>The number of anchors, all levels together.</summary>
    public int Count { get; }

    /// <summary>The levels, finest first.</summary>
    internal ImmutableArray<AnchorLevel> Levels { get; }

    /// <summary>The anchor at a position among the network's outputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such anchor.</exception>
    public Anchor this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var k = 0;
            while (index >= Levels[k].End) k++;
            return Levels[k][index];
        }
    }
}
