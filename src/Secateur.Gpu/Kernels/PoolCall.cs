namespace Secateur.Gpu.Kernels;

/// <summary>A max-pooling.</summary>
internal struct PoolCall
{
    /// <summary>Rows of the input.</summary>
    public int Height;

    /// <summary>Columns of the input.</summary>
    public int Width;

    /// <summary>Rows of the output.</summary>
    public int OutputHeight;

    /// <summary>Columns of the output.</summary>
    public int OutputWidth;

    /// <summary>The window.</summary>
    public int Kernel;

    /// <summary>The stride.</summary>
    public int Stride;

    /// <summary>The padding.</summary>
    public int Padding;

    /// <summary>The first of the channels, read and written alike.</summary>
    public int FirstChannel;

    /// <summary>The first of the targets.</summary>
    public int FirstTarget;

    /// <summary>Channels that a thread of the backward pass handles, in order: all, where the input holds one twice.</summary>
    public int ChannelsOfThread;
}
