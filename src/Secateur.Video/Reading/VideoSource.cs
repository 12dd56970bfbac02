namespace Secateur.Video.Reading;

/// <summary>Where frames come from: a file, or a camera of Linux (Video4Linux).</summary>
/// <param name="Name">The file's path, or the device's.</param>
public sealed record VideoSource(string Name)
{
    // What files of the extensions hold. Not the formats that only name other files, such as play lists.
    private const string Formats = "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,h264,hevc,ivf";

    private static readonly string[] Cameras = ["/dev/video", "/dev/v4l/"];

    /// <summary>Lower-case extensions, with the dot, by which a file is told to be a video.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".wmv", ".flv", ".ogv", ".3gp", ".mxf"];

    /// <summary>Whether it is a camera, whose frames have no end.</summary>
    public bool IsCamera => IsCameraName(Name);

    /// <summary>Whether a name is a video's: by its extension, or a camera's device.</summary>
    public static bool IsVideo(string name) => IsCameraName(name) || Extensions.Contains(Path.GetExtension(name).ToLowerInvariant());

    /// <summary>
    /// The options that open it. Only files are opened, whatever a name or a file's content asks for, and <c>file:</c> keeps names that begin with a dash, or
    /// have a colon, from being anything else.
    /// </summary>
    /// <exception cref="VideoException">It is a camera, and this is not Linux.</exception>
    internal IEnumerable<string> InputOptions
    {
        get
        {
            if (!IsCamera) return ["-protocol_whitelist", "file", "-format_whitelist", Formats, "-i", $"file:{Name}"];
            if (!OperatingSystem.IsLinux()) throw new VideoException($"{Name}: cameras are read on Linux alone; record a file first, e.g. ffmpeg -f avfoundation -i 0 -t 10 clip.mp4");
            return ["-f", "v4l2", "-i", Name];
        }
    }

    private static bool IsCameraName(string name) => Cameras.Any(c => name.StartsWith(c, StringComparison.Ordinal));
}
