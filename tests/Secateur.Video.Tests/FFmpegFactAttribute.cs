using Secateur.Video.Processes;
using Xunit;

namespace Secateur.Video.Tests;

/// <summary>A test that needs ffmpeg and ffprobe; skipped, saying why, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FFmpegFactAttribute : FactAttribute
{
    internal static string? WhyNot { get; } = PathVariable.Find("ffmpeg") is null || PathVariable.Find("ffprobe") is null
        ? "there is no ffmpeg: install it to run this test, e.g. apt-get install ffmpeg"
        : null;

    public FFmpegFactAttribute() => Skip = WhyNot;
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FFmpegTheoryAttribute : TheoryAttribute
{
    public FFmpegTheoryAttribute() => Skip = FFmpegFactAttribute.WhyNot;
}
