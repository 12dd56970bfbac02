namespace Secateur.Runtime.Fusion;

/// <summary>
/// A depthwise convolution and the 1x1 convolutions around it, as one step runs them: [expand] depthwise project. Nobody else reads what passes
/// between them, so it never needs to be a whole map.
/// </summary>
/// <param name="Expand">The 1x1 convolution before, or null.</param>
/// <param name="Depthwise">The depthwise convolution; what it starts from goes into the sums of the one behind.</param>
/// <param name="Project">The 1x1 convolution behind, with what is fused into it.</param>
internal sealed record SeparableConv(FusedConv? Expand, FusedConv Depthwise, FusedConv Project)
{
    /// <summary>The first of the convolutions: the step reads what it reads.</summary>
    public FusedConv First => Expand ?? Depthwise;
}
