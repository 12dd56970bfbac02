namespace Secateur.Gpu.Loss;

/// <summary>A face or an anchor as the matching sees it. The area is the processor's, which rounds where a GPU need not.</summary>
internal readonly record struct BoxEdges(float Left, float Top, float Right, float Bottom, float Area)
{
    /// <summary>A box by its edges.</summary>
    public static BoxEdges Of(float left, float top, float right, float bottom) => new(left, top, right, bottom, (right - left) * (bottom - top));
}
