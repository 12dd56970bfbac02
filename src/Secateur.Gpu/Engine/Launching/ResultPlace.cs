namespace Secateur.Gpu.Engine.Launching;

/// <summary>
/// Where a result goes and where the gradient by it comes from: value [n, c, p] (p = y * W + x) is at n * ImageStride + c * ChannelStride + p *
/// PositionStride behind both starts.
/// </summary>
internal readonly record struct ResultPlace(int Node, long Values, long Gradients, long ImageStride, int ChannelStride, int PositionStride);
