using System.Globalization;
using System.Text.Json;
using Secateur.Video.Processes;

namespace Secateur.Video.Reading;

/// <summary>Asks <c>ffprobe</c> what a video is.</summary>
public static class VideoProbe
{
    private const string Entries =
        "stream=codec_type,codec_name,width,height,avg_frame_rate,r_frame_rate,nb_frames,duration,sample_aspect_ratio:stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate:format=duration";

    /// <summary>Asks.</summary>
    /// <param name="source">The video.</param>
    /// <param name="cancellation">Ends ffprobe, which may wait for a camera or a slow disk.</param>
    /// <exception cref="VideoException">There is no ffprobe, or the camera cannot be opened.</exception>
    /// <exception cref="InvalidFileException">It is no video.</exception>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VideoInfo Read(VideoSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Directory.Exists(source.Name)) throw new InvalidFileException(source.Name, "is a directory");
        if (!source.IsCamera && !File.Exists(source.Name)) throw new FileNotFoundException($"{source.Name}: no such file");

        // Who opens a named pipe waits until somebody writes into it.
        if (!source.IsCamera && new FileInfo(source.Name).Length == 0) throw new InvalidFileException(source.Name, "is empty, or not a regular file");
        using var process = FFmpegProcess.Start("ffprobe", ["-hide_banner", "-loglevel", "repeat+level+error", .. source.InputOptions, "-of", "json", "-show_entries", Entries]);
        using var kill = cancellation.Register(process.Kill);
        process.Input.Close();
        using var text = new MemoryStream();
        process.Output.CopyTo(text);
        process.Wait();
        cancellation.ThrowIfCancellationRequested();
        return Parse(source.Name, text.ToArray(), process.Log.Summary);
    }

    /// <summary>Reads what it answered.</summary>
    /// <param name="name">The video's name, for errors.</param>
    /// <param name="json">What it wrote on stdout.</param>
    /// <param name="problem">What it wrote on stderr, if anything.</param>
    /// <exception cref="InvalidFileException">There is no video stream, or it has no size.</exception>
    internal static VideoInfo Parse(string name, byte[] json, string? problem)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(json);
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(name, $"is no video that ffprobe can read: {problem ?? error.Message}", error);
        }

        if (!root.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0)
            throw new InvalidFileException(name, $"is no video that ffprobe can read: {problem ?? "it has no streams"}");

        // A cover or a thumbnail is a video stream, too.
        var videos = streams.EnumerateArray().Where(s => TextOf(s, "codec_type") == "video" && !IsPicture(s)).ToList();
        if (videos.Count == 0) throw new InvalidFileException(name, "has no video stream");
        var video = videos[0];
        var (width, height) = (NumberOf(video, "width"), NumberOf(video, "height"));
        if (width is not (>= 1 and <= int.MaxValue) || height is not (>= 1 and <= int.MaxValue))
            throw new InvalidFileException(name, $"is no video that ffprobe can read: the size of its frames is not told{(problem is null ? "" : $": {problem}")}");

        var rate = RatioOf(video, "avg_frame_rate", '/') ?? RatioOf(video, "r_frame_rate", '/');
        var frameRate = rate is var (per, second) ? (double)per / second : (double?)null;
        var duration = NumberOf(video, "duration") ?? (root.TryGetProperty("format", out var format) ? NumberOf(format, "duration") : null);
        var aspect = RatioOf(video, "sample_aspect_ratio", ':') ?? (1, 1);
        var isOnItsSide = IsOnItsSide(video);
        return new VideoInfo((int)(isOnItsSide ? height : width), (int)(isOnItsSide ? width : height))
        {
            FrameRate = frameRate,
            Duration = duration,
            Frames = (long?)NumberOf(video, "nb_frames") ?? (duration * frameRate is { } frames and < 1e15 ? (long)Math.Round(frames) : null),
            PixelAspect = isOnItsSide ? (aspect.Denominator, aspect.Numerator) : aspect,
            Audio = [.. streams.EnumerateArray().Where(s => TextOf(s, "codec_type") == "audio").Select(s => TextOf(s, "codec_name") ?? "unknown")],
        };
    }

    private static bool IsPicture(JsonElement stream) => stream.TryGetProperty("disposition", out var disposition) && NumberOf(disposition, "attached_pic") == 1;

    /// <summary>Whether it is turned by a quarter: ffmpeg turns frames upright, so that their sides swap.</summary>
    private static bool IsOnItsSide(JsonElement video)
    {
        double? turned = null;
        if (video.TryGetProperty("side_data_list", out var data))
            turned = data.EnumerateArray().Select(d => NumberOf(d, "rotation")).FirstOrDefault(r => r is not null);
        turned ??= video.TryGetProperty("tags", out var tags) ? NumberOf(tags, "rotate") : null;
        return turned is { } degrees && Math.Abs(Math.Abs(Math.IEEERemainder(degrees, 180)) - 90) < 1;
    }

    private static string? TextOf(JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    private static double? NumberOf(JsonElement element, string key) =>
        double.TryParse(TextOf(element, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static (int Numerator, int Denominator)? RatioOf(JsonElement element, string key, char sign) =>
        TextOf(element, key)?.Split(sign) is [var above, var below]
        && int.TryParse(above, CultureInfo.InvariantCulture, out var numerator) && int.TryParse(below, CultureInfo.InvariantCulture, out var denominator)
        && numerator > 0 && denominator > 0 ? (numerator, denominator) : null;
}
