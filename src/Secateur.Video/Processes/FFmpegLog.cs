using System.Text.RegularExpressions;

namespace Secateur.Video.Processes;

/// <summary>What a program of FFmpeg writes on stderr, each line with its level (<c>-loglevel repeat+level+...</c>): its errors are kept, the first ones.</summary>
internal sealed partial class FFmpegLog
{
    private const int MostKept = 20;

    private readonly Lock _gate = new();
    private readonly List<string> _errors = [];
    private int _count;
    private string? _last;

    /// <summary>Takes a line.</summary>
    public void Add(string line)
    {
        var match = Form().Match(line);
        lock (_gate)
        {
            // Options that it does not know are told without level.
            if (match.Success && match.Groups["level"].Value is "warning" or "info" or "verbose") return;
            var text = match.Success ? $"{(match.Groups["part"].Success ? match.Groups["part"].Value + ": " : "")}{match.Groups["text"].Value}" : line;
            if (text.Trim().Length == 0) return;
            _count++;
            _last = text.Trim();
            if (_errors.Count < MostKept) _errors.Add(_last);
        }
    }

    /// <summary>How many errors there were.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>The first error and the last, in one line; null where there is none.</summary>
    public string? Summary
    {
        get
        {
            lock (_gate) return _errors.Count == 0 ? null : _errors[0] == _last ? _last : $"{_errors[0]}; {_last}";
        }
    }

    // [h264 @ 0x55b2b0d4ebc0] [error] text
    [GeneratedRegex(@"^(?:\[(?<part>[^\]@]+) @ [^\]]+\] )*\[(?<level>panic|fatal|error|warning|info|verbose)\] (?<text>.*)$")]
    private static partial Regex Form();
}
