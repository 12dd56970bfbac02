namespace Secateur.Gpu.Kernels;

/// <summary>An upsampling.</summary>
internal struct UpsampleCall
{
    /// <summary>Rows of the input.</summary>
    public int Height;

    /// <summary>Columns of the input.</summary>
    public int Width;

    /// <summary>Columns of the output.</summary>
    public int OutputWidth;

    /// <summary>The first of the output rows' taps.</summary>
    public int FirstRow;

    /// <summary>The first of the output columns' taps.</summary>
    public int FirstColumn;

    /// <summary>The first of the ranges of output rows that take from an input row: from, to.</summary>
    public int FirstRowRange;

    /// <summary>The first of the ranges of output columns.</summary>
    public int FirstColumnRange;

    /// <summary>The first of the channels.</summary>
    public int FirstChannel;

    /// <summary>Channels that a thread of the backward pass handles, in order: all, where the input holds one twice.</summary>
    public int ChannelsOfThread;
}
