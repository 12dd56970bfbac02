namespace Secateur.Gpu.Kernels;

/// <summary>One of the parts that the gradient by a stored channel is put together from: the gradient by a view of it.</summary>
internal struct GradientRead
{
    /// <summary>Where the gradient by the view is, for image 0.</summary>
    public long Gradient;

    /// <summary>Where the stored values are, for image 0; where the view changes nothing, any readable place.</summary>
    public long Values;

    /// <summary>From image to image.</summary>
    public long ImageStride;

    /// <summary>The norm's numbers for the channel.</summary>
    public long Norm;

    /// <summary>Where the slope for values not above 0 is.</summary>
    public long Slope;

    /// <summary>1 with the paths through mean and variance, which count once for all views of a norm; else 0.</summary>
    public float Whole;
}
