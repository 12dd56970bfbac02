namespace Secateur.Video.Writing;

/// <summary>A kind of file that videos are written to.</summary>
/// <param name="Format">FFmpeg's name of it.</param>
/// <param name="Audio">The codecs of audio that it takes as they are; null for all.</param>
internal sealed record Container(string Format, IReadOnlyList<string>? Audio)
{
    private static readonly string[] PlayedEverywhere = ["aac", "mp3", "ac3", "eac3", "alac"];

    private static readonly Dictionary<string, Container> Known = new()
    {
        [".mp4"] = new("mp4", PlayedEverywhere),
        [".m4v"] = new("mp4", PlayedEverywhere),
        [".mov"] = new("mov", PlayedEverywhere),
        [".mkv"] = new("matroska", null),
    };

    /// <summary>The extensions, with the dot.</summary>
    public static IEnumerable<string> Extensions => Known.Keys;

    /// <summary>That of a path; null where its extension is none of them.</summary>
    public static Container? Of(string path) => Known.GetValueOrDefault(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>What becomes of audio of a codec.</summary>
    public string CodecFor(string audio) => Audio is null || Audio.Contains(audio) ? "copy" : "aac";
}
