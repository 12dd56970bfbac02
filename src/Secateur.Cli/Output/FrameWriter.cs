using System.Globalization;
using Secateur.Pixels;
using Secateur.Video.Reading;

namespace Secateur.Cli.Output;

/// <summary>A face in a frame of a video, in pixels, with its track: a number that is the same in all frames in which it is told to be the same face.</summary>
internal sealed record TrackedFace(int Track, float X1, float Y1, float X2, float Y2, float Score)
{
    /// <summary>The same without the track.</summary>
    public FaceDetection AsDetection() => new(X1, Y1, X2, Y2, Score);
}

/// <summary>The faces of a frame.</summary>
/// <param name="Frame">Its number, from 0.</param>
/// <param name="Time">When it is shown, in seconds.</param>
/// <param name="Faces">The faces, best first.</param>
internal sealed record FrameDetections(long Frame, double Time, IReadOnlyList<TrackedFace> Faces);

/// <summary>Prints what is found in a video: each frame at once, but for a JSON document, which is printed when it is whole.</summary>
/// <param name="format">Text, JSON, a line of JSON a frame, or CSV.</param>
/// <param name="all">CSV: a line of a frame without faces, too.</param>
/// <param name="source">The video.</param>
/// <param name="info">What is known of it.</param>
internal sealed class FrameWriter(DetectionFormat format, bool all, VideoSource source, VideoInfo info)
{
    private readonly List<FrameDetections> _kept = [];

    /// <summary>Prints what comes before the first frame.</summary>
    public void Begin()
    {
        if (format == DetectionFormat.Csv) Report.Line("frame,time,track,x1,y1,x2,y2,score");
        if (format == DetectionFormat.Text) Report.Line($"{source.Name} ({info.Width} x {info.Height})");
    }

    /// <summary>Prints a frame, or keeps it for the end.</summary>
    public void Write(FrameDetections frame)
    {
        switch (format)
        {
            case DetectionFormat.Json:
                _kept.Add(frame);
                break;
            case DetectionFormat.Jsonl:
                Report.JsonLine(frame);
                break;
            case DetectionFormat.Csv:
                foreach (var f in frame.Faces)
                    Report.Line(string.Create(CultureInfo.InvariantCulture, $"{frame.Frame},{frame.Time:F6},{f.Track},{f.X1:F2},{f.Y1:F2},{f.X2:F2},{f.Y2:F2},{f.Score:F4}"));
                if (all && frame.Faces.Count == 0) Report.Line(string.Create(CultureInfo.InvariantCulture, $"{frame.Frame},{frame.Time:F6},,,,,,"));
                break;
            default:
                Report.Line(string.Create(CultureInfo.InvariantCulture, $"frame {frame.Frame} at {frame.Time:F3} s: {frame.Faces.Count} {(frame.Faces.Count == 1 ? "face" : "faces")}"));
                foreach (var face in frame.Faces) Report.Line($"  {$"#{face.Track}",-5} {DetectionWriter.Describe(face.AsDetection())}");
                break;
        }
    }

    /// <summary>Prints what was kept.</summary>
    public void End()
    {
        if (format == DetectionFormat.Json) Report.Json(new { video = source.Name, info.Width, info.Height, frames = _kept });
    }
}
