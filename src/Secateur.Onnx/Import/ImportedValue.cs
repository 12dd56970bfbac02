using System.Collections.Immutable;

namespace Secateur.Onnx.Import;

/// <summary>What a value of an ONNX graph is in the network.</summary>
internal abstract record ImportedValue
{
    private ImportedValue()
    {
    }

    /// <summary>A constant.</summary>
    public sealed record Constant(ConstantTensor Tensor) : ImportedValue;

    /// <summary>The map of a node of the network, [N, C, H, W].</summary>
    /// <param name="Node">Its position.</param>
    public sealed record Map(int Node) : ImportedValue
    {
        /// <summary>Whether the value has no height and width: [N, C], or [N, C * H * W] where <see cref="Window"/> is not 1.</summary>
        public bool IsFlat { get; init; }

        /// <summary>The side of the map whose pixels stand in a row, where it is flat.</summary>
        public int Window { get; init; } = 1;

        /// <summary>Zeros around it that are not in the map.</summary>
        public Margins Margins { get; init; }
    }

    /// <summary>The largest of a node's first channels, all but one: the background of a max-out.</summary>
    /// <param name="Node">Whose channels.</param>
    public sealed record Background(int Node) : ImportedValue;

    /// <summary>Sizes of maps.</summary>
    public sealed record Sizes(ImmutableArray<MapSize> Elements) : ImportedValue;
}

/// <summary>Pixels on each side of a map.</summary>
internal readonly record struct Margins(int Top, int Left, int Bottom, int Right)
{
    public static Margins operator +(Margins a, Margins b) => new(a.Top + b.Top, a.Left + b.Left, a.Bottom + b.Bottom, a.Right + b.Right);
}

/// <summary>A number, or a size of a map times a number.</summary>
/// <param name="Number">The number.</param>
/// <param name="Node">Whose map; null for the number alone.</param>
/// <param name="Axis">Which of its sizes.</param>
internal readonly record struct MapSize(double Number, int? Node = null, int Axis = 0);
