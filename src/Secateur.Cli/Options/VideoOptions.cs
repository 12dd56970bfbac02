using System.CommandLine;
using Secateur.Cli.Output;
using Secateur.Video.Reading;
using Secateur.Video.Writing;

namespace Secateur.Cli.Options;

/// <summary>The options of <c>detect</c> that are for videos, and what a video leaves of the others.</summary>
internal sealed class VideoOptions
{
    private static readonly DetectionFormat[] Formats = [DetectionFormat.Text, DetectionFormat.Json, DetectionFormat.Jsonl, DetectionFormat.Csv];

    private readonly Option<int> _every = CommonOptions.Count("--every", "Videos: detect in each N-th frame; those between keep its boxes.", 1);
    private readonly Option<long> _frames = CommonOptions.Number<long>("--frames", "Videos: end after so many frames; a camera has no end otherwise.", "N", "1 or more", n => n >= 1);
    private readonly Option<bool> _force = new("--force") { Description = "Videos: replace the file of --out where there is one." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
    }

    /// <summary>The video that the arguments name; null where they name pictures.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="inputs">The files that it names.</param>
    /// <param name="format">The format that it asks for.</param>
    /// <param name="output">The annotated video; null for none.</param>
    /// <exception cref="UsageException">It names more than one video, options that do not fit, or a place where the annotated video cannot be written.</exception>
    public VideoSource? SourceOf(ParseResult parsed, IReadOnlyList<string> inputs, DetectionFormat format, string? output)
    {
        if (inputs.FirstOrDefault(VideoSource.IsVideo) is not { } name)
        {
            return All.FirstOrDefault(parsed.CommandResult.IsGiven) is { } given
                ? throw new UsageException($"{given.Name} is for videos ({string.Join(' ', VideoSource.Extensions)})")
                : null;
        }

        if (inputs.Count > 1) throw new UsageException($"{name} is a video, and goes alone: name one video, or pictures");
        if (!Formats.Contains(format))
            throw new UsageException($"--format {DetectionFormats.Name(format)} is for pictures; the frames of a video are told as {string.Join(", ", Formats.Select(DetectionFormats.Name))}");
        if (output is null) return new VideoSource(name);
        if (!VideoWriter.CanWrite(output)) throw new UsageException($"{output}: the name of a video to write ends in {string.Join(", ", VideoWriter.Extensions)}");
        CommonOptions.RequirePlace(output, ForceOf(parsed), name);
        return new VideoSource(name);
    }

    public int EveryOf(ParseResult parsed) => parsed.GetValue(_every);

    public bool ForceOf(ParseResult parsed) => parsed.GetValue(_force);

    /// <summary>After how many frames to end; null for all.</summary>
    public long? FramesOf(ParseResult parsed) => parsed.CommandResult.IsGiven(_frames) ? parsed.GetValue(_frames) : null;

    private Option[] All => [_every, _frames, _force];
}
