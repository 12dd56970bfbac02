using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Secateur.WiderFace;

/// <summary>The lines of a UTF-8 text, without the white space at their ends.</summary>
internal ref struct TextLines(string path, ReadOnlySpan<byte> text)
{
    private const int QuotedLength = 60;

    private ReadOnlySpan<byte> _rest = text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        if (!TryPeek(out line)) return false;
        var end = _rest.IndexOf((byte)'\n');
        _rest = end < 0 ? [] : _rest[(end + 1)..];
        Number++;
        return true;
    }

    public readonly bool TryPeek(out ReadOnlySpan<byte> line)
    {
        var end = _rest.IndexOf((byte)'\n');
        line = (end < 0 ? _rest : _rest[..end]).Trim(" \t\r"u8);
        return _rest.Length > 0;
    }

    /// <summary>The next line, which must be a count of 0 or more.</summary>
    public int ReadCount(string what)
    {
        if (!TryRead(out var line)) throw Error($"ends before {what}");
        if (!Utf8Parser.TryParse(line, out int count, out var used) || used != line.Length || count < 0)
            throw Error($"expected {what}, found '{Quote(line)}'");
        return count;
    }

    /// <summary>An error that tells the line read last.</summary>
    public readonly InvalidFileException Error(string problem) => new(path, Describe(problem));

    /// <summary>A problem with the line read last.</summary>
    public readonly string Describe(string problem) => $"line {Number}: {problem}";

    /// <summary>The front of a line, safe to print.</summary>
    public static string Quote(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, QuotedLength)]);
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) + (line.Length > QuotedLength ? "..." : "");
    }

    /// <summary>Splits a line of numbers at white space; false unless it has exactly as many as <paramref name="numbers"/> has places.</summary>
    public static bool TryParseNumbers(ReadOnlySpan<byte> line, Span<double> numbers)
    {
        var rest = line;
        foreach (ref var number in numbers)
        {
            var end = rest.IndexOfAny((byte)' ', (byte)'\t');
            var field = end < 0 ? rest : rest[..end];
            if (!double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return false;
            rest = end < 0 ? [] : rest[end..].TrimStart(" \t"u8);
        }
        return rest.IsEmpty;
    }
}
