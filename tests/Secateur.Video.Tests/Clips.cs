using System.Diagnostics;
using System.Globalization;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Video.Tests;

/// <summary>Small clips that ffmpeg makes, and what ffprobe says of others.</summary>
internal static class Clips
{
    /// <summary>Frames of a bright square that goes to the right by 4 pixels: the bright spot detector finds one face in each.</summary>
    public static RgbImage[] MovingSpot(int count, int width = 96, int height = 48) =>
        [.. Enumerable.Range(0, count).Select(i => BrightSpotDetector.Picture(width, height, (16 + (4 * (i % ((width - 36) / 4))), 16, 4, 255)))];

    /// <summary>Makes a clip without loss out of frames, 10 a second.</summary>
    /// <returns>Its path.</returns>
    public static string Lossless(TemporaryFolder folder, string name, IReadOnlyList<RgbImage> frames, params string[] more)
    {
        var pictures = Directory.CreateDirectory(folder.PathOf("frames-" + name.GetHashCode(StringComparison.Ordinal).ToString("x", CultureInfo.InvariantCulture))).FullName;
        for (var i = 0; i < frames.Count; i++) ImageFile.Write(Path.Combine(pictures, $"{i:D5}.png"), frames[i]);
        FFmpeg(["-framerate", "10", "-i", Path.Combine(pictures, "%05d.png"), .. more, "-c:v", "ffv1", "-pix_fmt", "bgr0", "file:" + folder.PathOf(name)]);
        return folder.PathOf(name);
    }

    /// <summary>Runs ffmpeg, and asserts that all went well.</summary>
    public static void FFmpeg(params string[] arguments) => Run("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]);

    /// <summary>The times of all frames of a video's first stream of pictures.</summary>
    public static double[] TimesOf(string path) =>
        [.. Lines(Run("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0", "file:" + path])).Select(l => double.Parse(l.Trim(','), CultureInfo.InvariantCulture))];

    /// <summary>What ffprobe tells, a line a stream.</summary>
    public static string[] StreamsOf(string path, string entries) => Lines(Run("ffprobe", ["-v", "error", "-show_entries", "stream=" + entries, "-of", "csv=p=0", "file:" + path]));

    /// <summary>What ffprobe tells of the whole file.</summary>
    public static string[] FormatOf(string path, string entries) => Lines(Run("ffprobe", ["-v", "error", "-show_entries", "format=" + entries, "-of", "csv=p=0", "file:" + path]));

    /// <summary>One frame of a video.</summary>
    public static RgbImage FrameOf(TemporaryFolder folder, string path, int number)
    {
        var picture = folder.PathOf($"frame-{Guid.NewGuid():N}.png");
        FFmpeg("-i", "file:" + path, "-vf", $"select=eq(n\\,{number})", "-frames:v", "1", picture);
        return ImageFile.Read(picture);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {error.Result}");
        return output;
    }
}
