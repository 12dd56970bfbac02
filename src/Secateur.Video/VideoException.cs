namespace Secateur.Video;

/// <summary>FFmpeg is not there, or failed at something that is not the fault of one file.</summary>
/// <param name="message">What is wrong, and what to do.</param>
public sealed class VideoException(string message) : InvalidOperationException(message);
