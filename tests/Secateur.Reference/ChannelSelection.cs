namespace Secateur.Reference;

/// <summary>Joining and choosing channels, and the gradients of both: each is made of the other.</summary>
public static class ChannelSelection
{
    /// <summary>y[k] = x[channels[k]].</summary>
    public static Volume Gather(Volume input, ReadOnlySpan<int> channels)
    {
        var result = new Volume(channels.Length, input.Height, input.Width);
        for (var k = 0; k < channels.Length; k++) input.Plane(channels[k]).CopyTo(result.Plane(k));
        return result;
    }

    /// <summary>The gradient of <see cref="Gather"/>: dx[channels[k]] = dy[k], zero elsewhere.</summary>
    /// <param name="outputGradient">dy, [K, H, W].</param>
    /// <param name="input">For the shape of x, [C, H, W].</param>
    /// <param name="channels">[K], each channel once.</param>
    public static Volume Scatter(Volume outputGradient, Volume input, ReadOnlySpan<int> channels)
    {
        var result = input.ZerosLike();
        for (var k = 0; k < channels.Length; k++) outputGradient.Plane(k).CopyTo(result.Plane(channels[k]));
        return result;
    }

    /// <summary>The channels of all parts, one after another.</summary>
    public static Volume Concatenate(IReadOnlyList<Volume> parts)
    {
        var result = new Volume(parts.Sum(p => p.Channels), parts[0].Height, parts[0].Width);
        var at = 0;
        foreach (var part in parts)
        {
            part.Data.CopyTo(result.Data, at);
            at += part.Data.Length;
        }

        return result;
    }
}
