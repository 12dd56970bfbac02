using Secateur.Pixels;

namespace Secateur.Video.Reading;

/// <summary>A frame of a video.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Time">When it is shown, in seconds from the start of the file, or of the camera.</param>
/// <param name="Image">Its pixels, upright.</param>
public sealed record VideoFrame(long Number, double Time, RgbImage Image);
