using Secateur.Kernels.Conv2d;

namespace Secateur.Runtime.Packing;

/// <summary>Output channels that are computed together.</summary>
/// <param name="First">The first.</param>
/// <param name="Size">How many, at most <see cref="DenseConv.MaxBlock"/>.</param>
/// <param name="Group">The group of input channels that they read.</param>
internal sealed record ChannelBlock(int First, int Size, int Group);
