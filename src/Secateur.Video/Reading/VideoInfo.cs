namespace Secateur.Video.Reading;

/// <summary>What is known of a video before its frames are read.</summary>
/// <param name="Width">Columns of its upright frames.</param>
/// <param name="Height">Rows of its upright frames.</param>
public sealed record VideoInfo(int Width, int Height)
{
    /// <summary>Frames a second, on average; null where it is not told.</summary>
    public double? FrameRate { get; init; }

    /// <summary>Seconds; null where it is not told.</summary>
    public double? Duration { get; init; }

    /// <summary>Frames, by its container or from duration and rate; null where neither is told.</summary>
    public long? Frames { get; init; }

    /// <summary>Width and height of a pixel, upright; 1 and 1 where it is square.</summary>
    public (int Width, int Height) PixelAspect { get; init; } = (1, 1);

    /// <summary>The codecs of its audio streams, by FFmpeg's names.</summary>
    public IReadOnlyList<string> Audio { get; init; } = [];
}
