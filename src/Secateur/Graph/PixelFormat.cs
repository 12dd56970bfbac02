using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>The order of the image's channels.</summary>
public enum PixelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red.</summary>
    Bgr,
}

/// <summary>What a network is given of an image: 8-bit values less a mean, in an order of channels.</summary>
/// <param name="Mean">Subtracted from red, green and blue; nothing else is done to them.</param>
/// <param name="Order">The order of the channels.</param>
public sealed record PixelFormat(ImmutableArray<float> Mean, PixelOrder Order)
{
    /// <summary>What S3FD and its successors take: red, green, blue less 123, 117, 104.</summary>
    public static PixelFormat Default { get; } = new([123, 117, 104], PixelOrder.Rgb);

    /// <summary>The plane of red, and 2 less it that of blue; green is in the middle.</summary>
    public int RedPlane => Order == PixelOrder.Rgb ? 0 : 2;

    /// <inheritdoc/>
    public bool Equals(PixelFormat? other) => other is not null && Order == other.Order && Mean.SequenceEqual(other.Mean);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Order, Mean.Length);
}
