namespace Secateur.Gpu.Kernels;

/// <summary>A sum of one or two operands.</summary>
internal struct MergeCall
{
    /// <summary>Operands.</summary>
    public int Operands;

    /// <summary>The first channel of the first operand, among those that are read or whose gradients are written; the second one's come behind.</summary>
    public int FirstChannel;

    /// <summary>Channels that a thread of the backward pass handles, in order: all, where operands share some.</summary>
    public int ChannelsOfThread;

    /// <summary>Where the two factors are.</summary>
    public long Factors;
}
