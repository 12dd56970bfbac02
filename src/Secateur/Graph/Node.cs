using System.Collections.Immutable;
using Secateur.Kernels.Conv2d;

namespace Secateur.Graph;

/// <summary>One operation of a <see cref="Network"/>. Nodes name their inputs by position in <see cref="Network.Nodes"/>; every input comes before its user.</summary>
/// <param name="Name">Unique in the network; layers use their state_dict prefix, further uses of the same weights append <c>@2</c>, <c>@3</c>, ..</param>
public abstract record Node(string Name)
{
    /// <summary>The positions of the nodes that this one reads.</summary>
    public abstract ImmutableArray<int> Inputs { get; }

    /// <summary>Those of <see cref="Inputs"/> whose values count; of the others only the size does.</summary>
    public virtual ImmutableArray<int> ValueInputs => Inputs;

    /// <summary>The names of the parameters that this one reads.</summary>
    public virtual ImmutableArray<string> Parameters => [];

    /// <summary>The same operation over other positions.</summary>
    public abstract Node Rewire(Func<int, int> position);

    /// <summary>The same operation over parameters of other names.</summary>
    /// <exception cref="NetworkException">Its parameters cannot be named one by one.</exception>
    public virtual Node Rename(Func<string, string> name) =>
        Parameters.IsEmpty ? this : throw new NetworkException($"'{Name}' ({GetType().Name}) cannot be copied");

    /// <summary>How large its map is.</summary>
    public abstract SizeRule SizeIn(Network network);
}

/// <summary>The image, [N, <paramref name="Channels"/>, H, W].</summary>
public sealed record InputNode(string Name, int Channels) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this;

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Image();
}

/// <summary>One channel of ones, as high and wide as node <paramref name="Like"/>: lets a network hold what does not depend on the image.</summary>
public sealed record OnesNode(string Name, int Like) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Like];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Like = position(Like) };

    /// <inheritdoc/>
    public override ImmutableArray<int> ValueInputs => [];

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Like);
}

/// <summary>2-D cross-correlation with zero padding: weight [O, I / Groups, K, K], bias [O] or none.</summary>
public sealed record Conv2dNode(string Name, int Input, string Weight, string? Bias, int Stride, int Padding, int Groups) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override ImmutableArray<string> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <summary>The layer: the name of the weight without its last part.</summary>
    public string Layer => Weight[..^".weight".Length];

    /// <summary>Pixels from one tap of the kernel to the next.</summary>
    public int Dilation { get; init; } = 1;

    /// <inheritdoc/>
    public override Node Rename(Func<string, string> name) => this with { Weight = name(Weight), Bias = Bias is null ? null : name(Bias) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Window(Input, network.GeometryOf(this));
}

/// <summary>Batch normalisation over <c>Layer.weight</c> (gamma), <c>.bias</c> (beta), <c>.running_mean</c> and <c>.running_var</c>, each [C].</summary>
public sealed record BatchNormNode(string Name, int Input, string Layer) : Node(Name)
{
    /// <summary>The usual <see cref="Epsilon"/>.</summary>
    public const double UsualEpsilon = 1e-5;

    /// <summary>Added to the variance before the root.</summary>
    public double Epsilon { get; init; } = UsualEpsilon;

    /// <summary>Gamma, [C].</summary>
    public string Gamma => Layer + ".weight";

    /// <summary>Beta, [C].</summary>
    public string Beta => Layer + ".bias";

    /// <summary>Running mean, [C].</summary>
    public string Mean => Layer + ".running_mean";

    /// <summary>Running variance, [C].</summary>
    public string Variance => Layer + ".running_var";

    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override ImmutableArray<string> Parameters => [Gamma, Beta, Mean, Variance];

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>max(x, 0).</summary>
public sealed record ReluNode(string Name, int Input) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>max(x, 0) + slope * min(x, 0) with one shared slope, [1], or one a channel, [C].</summary>
public sealed record PReluNode(string Name, int Input, string Slope) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override ImmutableArray<string> Parameters => [Slope];

    /// <inheritdoc/>
    public override Node Rename(Func<string, string> name) => this with { Slope = name(Slope) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>min(max(x, <paramref name="Min"/>), <paramref name="Max"/>); either limit may be infinite. ReLU6 is the one from 0 to 6.</summary>
public sealed record ClipNode(string Name, int Input, float Min, float Max) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>1 / (1 + exp(-x)).</summary>
public sealed record SigmoidNode(string Name, int Input) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>
/// The product of node <paramref name="Input"/>, [N, C, H, W], and node <paramref name="Factor"/>, [N, C, H, W] or, as in squeeze-and-excitation, [N, C, 1, 1].
/// </summary>
public sealed record MultiplyNode(string Name, int Input, int Factor) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input, Factor];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input), Factor = position(Factor) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Scaled(Input, Factor);
}

/// <summary>An operand of a sum. An operand with fewer channels than the sum says which ones it has; the others count as zero.</summary>
/// <param name="Node">The operand's position.</param>
/// <param name="Channels">For each of its channels, the channel of the sum, ascending; empty when it has them all.</param>
public readonly record struct MergeOperand(int Node, ImmutableArray<int> Channels)
{
    /// <summary>An operand with all channels.</summary>
    public MergeOperand(int node)
        : this(node, [])
    {
    }
}

/// <summary>A sum of two operands, channel by channel.</summary>
public abstract record MergeNode(string Name, MergeOperand A, MergeOperand B, int Channels) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [A.Node, B.Node];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) =>
        this with { A = A with { Node = position(A.Node) }, B = B with { Node = position(B.Node) } };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Joined([A.Node, B.Node]);
}

/// <summary>a + b.</summary>
public sealed record AddNode(string Name, MergeOperand A, MergeOperand B, int Channels) : MergeNode(Name, A, B, Channels);

/// <summary>
/// The weighted fusion of EResFD's feature pyramid over column <paramref name="Column"/> of <paramref name="Weights"/> [2, columns]:
/// with w = relu(weights) / (column sum + 1e-4), the result is (w0 a + w1 b) / (w0 + w1 + 1e-4).
/// </summary>
public sealed record WeightedFusionNode(string Name, MergeOperand A, MergeOperand B, int Channels, string Weights, int Column)
    : MergeNode(Name, A, B, Channels)
{
    /// <summary>Keeps the divisions of the fusion away from zero.</summary>
    public const double Epsilon = 1e-4;

    /// <inheritdoc/>
    public override ImmutableArray<string> Parameters => [Weights];

    /// <inheritdoc/>
    public override Node Rename(Func<string, string> name) => this with { Weights = name(Weights) };
}

/// <summary>How an <see cref="UpsampleNode"/> samples.</summary>
public enum UpsampleMode
{
    /// <summary>The nearest pixel: floor(i * inputSize / outputSize).</summary>
    Nearest,

    /// <summary>Bilinear, corners not aligned: source (i + 0.5) * inputSize / outputSize - 0.5, clamped.</summary>
    Bilinear,
}

/// <summary>Enlarges to the height and width of node <paramref name="Like"/>.</summary>
public sealed record UpsampleNode(string Name, int Input, int Like, UpsampleMode Mode) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input, Like];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input), Like = position(Like) };

    /// <inheritdoc/>
    public override ImmutableArray<int> ValueInputs => [Input];

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Like);
}

/// <summary>The channels of all parts, one after another.</summary>
public sealed record ConcatNode(string Name, ImmutableArray<int> Parts) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => Parts;

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Parts = [.. Parts.Select(position)] };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Joined(Parts);
}

/// <summary>Some channels of the input, ascending: costs nothing, whoever reads it reads those planes.</summary>
public sealed record SelectNode(string Name, int Input, ImmutableArray<int> Channels) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>Two channels out of C: the maximum of the first C - 1 (background), and the last (face). S3FD's max-out.</summary>
public sealed record MaxOutNode(string Name, int Input) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Like(Input);
}

/// <summary>
/// The largest value of each window of <paramref name="Kernel"/> x <paramref name="Kernel"/> pixels, channel by channel; padding never is the largest.
/// </summary>
public sealed record MaxPool2dNode(string Name, int Input, int Kernel, int Stride, int Padding) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <summary>The window.</summary>
    public ConvGeometry Geometry => new(Kernel, Stride, Padding, Groups: 1);

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Window(Input, Geometry);
}

/// <summary>The mean of each window of <paramref name="Kernel"/> x <paramref name="Kernel"/> pixels, channel by channel.</summary>
/// <param name="Name">Unique in the network.</param>
/// <param name="Input">The node that it reads.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Step.</param>
/// <param name="Padding">Pixels around the map.</param>
/// <param name="CountPadding">Whether those count as zeros; else the mean is that of the pixels in the map.</param>
public sealed record AveragePool2dNode(string Name, int Input, int Kernel, int Stride, int Padding, bool CountPadding) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <summary>The window.</summary>
    public ConvGeometry Geometry => new(Kernel, Stride, Padding, Groups: 1);

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Window(Input, Geometry);
}

/// <summary>The mean of each channel, [N, C, 1, 1].</summary>
public sealed record GlobalAveragePoolNode(string Name, int Input) : Node(Name)
{
    /// <inheritdoc/>
    public override ImmutableArray<int> Inputs => [Input];

    /// <inheritdoc/>
    public override Node Rewire(Func<int, int> position) => this with { Input = position(Input) };

    /// <inheritdoc/>
    public override SizeRule SizeIn(Network network) => new SizeRule.Pixel();
}
