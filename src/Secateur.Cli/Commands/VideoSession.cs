using System.Diagnostics;
using System.Globalization;
using Secateur.Cli.Output;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Pixels;
using Secateur.Video;
using Secateur.Video.Reading;
using Secateur.Video.Tracking;
using Secateur.Video.Writing;

namespace Secateur.Cli.Commands;

/// <summary>Detects in the frames of a video: decoding, detection, drawing and encoding happen at the same time.</summary>
internal sealed class VideoSession
{
    private readonly VideoSource _source;
    private readonly VideoInfo _info;
    private readonly Stopwatch _clock = new();
    private readonly IouTracker _tracker = new();
    private Marks _shown = new([], []);
    private VideoFrame? _first;
    private VideoFrame? _last;

    /// <summary>Looks at a video.</summary>
    /// <param name="source">The video.</param>
    /// <param name="maxPixels">Frames may not have more.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="InvalidFileException">It is no video, or has larger frames.</exception>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="VideoException">There is no FFmpeg.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public VideoSession(VideoSource source, long maxPixels, CancellationToken cancellation)
    {
        _source = source;
        _info = VideoProbe.Read(source, cancellation);
        if ((long)_info.Width * _info.Height > Math.Min(maxPixels, Array.MaxLength / 3))
            throw new InvalidFileException(source.Name, $"frames of {_info.Width} x {_info.Height} pixels are more than the limit of {maxPixels}");
    }

    /// <summary>How it is printed.</summary>
    public required DetectionFormat Format { get; init; }

    /// <summary>CSV: a line of a frame without faces, too.</summary>
    public bool All { get; init; }

    /// <summary>Whether boxes are cut to the frame.</summary>
    public bool Clip { get; init; }

    /// <summary>Frames from one that is looked at to the next.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Frames after which to end; null for all.</summary>
    public long? Most { get; init; }

    /// <summary>The annotated video; null for none.</summary>
    public string? Output { get; init; }

    /// <summary>Whether a file of that name is replaced.</summary>
    public bool Replace { get; init; }

    private long Done => _last is null ? 0 : _last.Number + 1;

    private double Seconds => _first is null || _last is null ? 0 : _last.Time - _first.Time + (1 / (_info.FrameRate ?? double.PositiveInfinity));

    /// <summary>Goes through the frames; when cancelled, those that are decoded are finished, and the annotated video ends with them.</summary>
    /// <param name="detect">Finds the faces of a frame; called from several threads.</param>
    /// <param name="parallel">Frames in which faces are looked for at the same time.</param>
    /// <param name="cancellation">Ends the video.</param>
    /// <returns>The exit code.</returns>
    public int Run(Func<RgbImage, IReadOnlyList<FaceDetection>> detect, int parallel, CancellationToken cancellation)
    {
        using var reader = new VideoReader(_source, _info);
        using var writer = Output is null ? null : new VideoWriter(Output, _info, _source);
        var rows = new FrameWriter(Format, All, _source, _info);
        var detected = reader.Frames(Most ?? long.MaxValue, cancellation).SelectAhead(parallel, frame => (Frame: frame, Faces: frame.Number % Every == 0 ? detect(frame.Image) : null));
        var interrupted = false;
        rows.Begin();
        ProgressBar.Run(
            "detecting",
            progress =>
            {
                _clock.Start();
                if (writer is null)
                {
                    foreach (var (frame, faces) in detected)
                    {
                        Follow(frame, faces, rows);
                        Finish(frame);
                    }
                }
                else
                {
                    var followed = detected.Select(d => (d.Frame, Marks: Follow(d.Frame, d.Faces, rows)));
                    foreach (var (frame, drawn) in followed.SelectAhead(parallel, f => (f.Frame, f.Marks.DrawnOn(f.Frame.Image))))
                    {
                        interrupted = !writer.Write(frame.Time, drawn);
                        if (interrupted) break;
                        Finish(frame);
                    }
                }

                _clock.Stop();
                return Done;

                void Finish(VideoFrame frame)
                {
                    _first ??= frame;
                    _last = frame;
                    reader.Recycle(frame);
                    progress.Report(((int)Math.Min(Done, int.MaxValue), (int)Math.Min(Most ?? _info.Frames ?? 0, int.MaxValue)));
                }
            },
            Speed);
        return End(rows, reader, writer, interrupted || cancellation.IsCancellationRequested);
    }

    /// <summary>Names and prints the faces of a frame that was looked at.</summary>
    /// <returns>What to draw: the faces of the last such frame.</returns>
    private Marks Follow(VideoFrame frame, IReadOnlyList<FaceDetection>? found, FrameWriter rows)
    {
        if (found is null) return _shown;
        var faces = Clip ? new ImageDetections(_source.Name, _info.Width, _info.Height, found).Clipped().Faces : found;
        var tracks = _tracker.Update(faces);
        rows.Write(new FrameDetections(frame.Number, Math.Round(frame.Time, 6), [.. faces.Select((f, i) => new TrackedFace(tracks[i], f.X1, f.Y1, f.X2, f.Y2, f.Score))]));
        return _shown = new Marks(faces, [.. faces.Select((f, i) => string.Create(CultureInfo.InvariantCulture, $"#{tracks[i]} {f.Score:F2}"))]);
    }

    private int End(FrameWriter rows, VideoReader reader, VideoWriter? writer, bool cancelled)
    {
        var problem = cancelled ? null : reader.Problem();
        if (Done == 0 && !cancelled) throw new InvalidFileException(_source.Name, $"no frame can be decoded: {problem ?? "there is none"}");
        var silent = writer?.Finish(cancelled || Done == Most, Replace);
        rows.End();
        if (Done > 0) Report.Remark($"{_source.Name}: {Figures.Count(Done)} frames, {Tenths(Seconds)} s of video, in {Tenths(_clock.Elapsed.TotalSeconds)} s: {Speed()}{(Output is null ? "" : $"; {Output}")}");
        if (silent is not null) Problem.Write($"{Output}: has no audio, which could not be added: {silent}");
        if (cancelled)
        {
            Problem.Write($"cancelled after {Figures.Count(Done)}{(_info.Frames is { } all ? $" of {Figures.Count(all)}" : "")} frames{(_last is null ? "" : $", the last of them number {_last.Number} at {_last.Time.ToString("F3", CultureInfo.InvariantCulture)} s")}");
            return ExitCode.Cancelled;
        }

        // A camera's first frames are often damaged.
        if (problem is not null) Problem.Write($"{_source.Name}: damaged, {Figures.Count(Done)} frames could be decoded: {problem}");
        return silent is null && (problem is null || _source.IsCamera) ? 0 : ExitCode.Failed;
    }

    private string Speed()
    {
        var elapsed = Math.Max(_clock.Elapsed.TotalSeconds, 1e-6);
        return $"{Tenths(Done / elapsed)} frames/s, {Tenths(Seconds / elapsed)} x real time";
    }

    private static string Tenths(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>What is drawn on a frame.</summary>
    private sealed record Marks(IReadOnlyList<FaceDetection> Faces, IReadOnlyList<string> Labels)
    {
        public RgbImage DrawnOn(RgbImage image) => Faces.Count == 0 ? image : FaceAnnotator.Draw(image, Faces, labels: Labels);
    }
}
