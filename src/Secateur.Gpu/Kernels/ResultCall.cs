namespace Secateur.Gpu.Kernels;

/// <summary>Where a result of the network, or the gradient by it, lies outside of its maps.</summary>
internal struct ResultCall
{
    /// <summary>Where channel 0 of position 0 of image 0 is.</summary>
    public long Start;

    /// <summary>From image to image.</summary>
    public long ImageStride;

    /// <summary>From channel to channel.</summary>
    public int ChannelStride;

    /// <summary>From position to position.</summary>
    public int PositionStride;

    /// <summary>The first of the channels.</summary>
    public int FirstChannel;

    /// <summary>Channels that a thread handles, in order: all, where the result holds one twice.</summary>
    public int ChannelsOfThread;
}
