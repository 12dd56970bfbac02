namespace Secateur.Kernels.Conv2d;

/// <summary>The shape of a square 2-D convolution along both axes.</summary>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step.</param>
/// <param name="Padding">Zeros on each side.</param>
/// <param name="Groups">Input and output channels are split into this many independent groups.</param>
/// <param name="Dilation">Pixels from one tap of the kernel to the next.</param>
public readonly record struct ConvGeometry(int Kernel, int Stride, int Padding, int Groups, int Dilation = 1)
{
    /// <summary>Pixels from the first tap of the kernel to the last, both included.</summary>
    public int Extent => ((Kernel - 1) * Dilation) + 1;

    /// <summary>The size of the result along one axis; 0 when the input is too small.</summary>
    public int OutputSize(int size) => size + (2 * Padding) < Extent ? 0 : ((size + (2 * Padding) - Extent) / Stride) + 1;
}
