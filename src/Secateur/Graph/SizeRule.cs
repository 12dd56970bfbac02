using System.Collections.Immutable;
using Secateur.Kernels.Conv2d;

namespace Secateur.Graph;

/// <summary>How the height and width of a node's map follow from others: every node says one, and whoever asks for sizes knows all of them.</summary>
public abstract record SizeRule
{
    private SizeRule()
    {
    }

    /// <summary>As large as the image.</summary>
    public sealed record Image : SizeRule;

    /// <summary>As large as another node's map.</summary>
    /// <param name="Node">The node.</param>
    public sealed record Like(int Node) : SizeRule;

    /// <summary>As large as maps that must all be of one size.</summary>
    /// <param name="Nodes">The nodes.</param>
    public sealed record Joined(ImmutableArray<int> Nodes) : SizeRule;

    /// <summary>One pixel, whatever the image.</summary>
    public sealed record Pixel : SizeRule;

    /// <summary>As large as a map whose channels are multiplied, each by a map of that size or by one pixel.</summary>
    /// <param name="Node">Whose map.</param>
    /// <param name="Factor">Whose map or pixels it is multiplied by.</param>
    public sealed record Scaled(int Node, int Factor) : SizeRule;

    /// <summary>A value for each place of a window that moves over a map.</summary>
    /// <param name="Node">Whose map.</param>
    /// <param name="Geometry">Kernel, stride and padding of the window.</param>
    public sealed record Window(int Node, ConvGeometry Geometry) : SizeRule;
}
