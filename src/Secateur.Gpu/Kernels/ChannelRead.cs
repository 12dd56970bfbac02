namespace Secateur.Gpu.Kernels;

/// <summary>
/// How a channel is read: values of a stored map, normalised and activated on the way. What does nothing points to a norm of ones and zeros and to a
/// slope of one, so that kernels know a single way of reading.
/// </summary>
internal struct ChannelRead
{
    /// <summary>Where the plane of image 0 is; below 0 where there is no such channel, which counts as zeros.</summary>
    public long Plane;

    /// <summary>From image to image.</summary>
    public long ImageStride;

    /// <summary>The norm's numbers for the channel, see <see cref="NormNumbers"/>.</summary>
    public long Norm;

    /// <summary>Where the slope for values not above 0 is.</summary>
    public long Slope;
}
