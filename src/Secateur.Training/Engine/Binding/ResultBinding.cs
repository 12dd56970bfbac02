namespace Secateur.Training.Engine.Binding;

/// <summary>
/// Where a node's results go, and where the gradients by them come from: value [n, c, p] (p = y * W + x) at
/// n * ImageStride + Start + c * ChannelStride + p * PixelStride of both arrays.
/// </summary>
internal sealed record ResultBinding(int Node, float[] Values, float[] Gradients, int ImageStride, int Start, int ChannelStride, int PixelStride)
{
    /// <summary>The index of position 0 of a channel.</summary>
    public int IndexOf(int image, int channel) => (image * ImageStride) + Start + (channel * ChannelStride);
}
