using Secateur.Pixels;

namespace Secateur.Imaging.Netpbm;

/// <summary>Decodes PGM and PPM files, plain (P2, P3) and binary (P5, P6), with any maximum value up to 65535.</summary>
internal static class NetpbmDecoder
{
    /// <exception cref="InvalidFileException">The file is damaged, truncated, a bitmap (P1, P4) or PAM (P7), or beyond the pixel limit.</exception>
    public static RgbImage Decode(string name, ReadOnlySpan<byte> content, long maxPixels)
    {
        var (kind, width, height) = ReadHeader(name, content, out var at);
        var maximum = (int)ReadNumber(name, content, ref at, "the maximum value");
        if (maximum is < 1 or > 65535) throw new InvalidFileException(name, $"has the maximum value {maximum}; expected 1 to 65535");
        var rgbBytes = PixelLimit.RgbBytes(name, width, height, maxPixels);
        var channels = kind is '3' or '6' ? 3 : 1;
        var samples = rgbBytes / 3 * channels;

        var binary = kind is '5' or '6';
        // One blank ends a binary header; plain samples have at least one digit and one blank each, but for the last blank.
        var needed = binary ? 1 + ((long)samples * (maximum > 255 ? 2 : 1)) : 2L * samples;
        if (content.Length - at < needed)
            throw new InvalidFileException(name, $"is truncated: its {width} x {height} pixels need {needed} bytes after byte {at}, but {content.Length - at} are left");
        if (binary && !IsBlank(content[at]))
            throw new InvalidFileException(name, $"has {content[at]:X2} at byte {at}, where a blank has to end the header");

        var rgb = GC.AllocateUninitializedArray<byte>(rgbBytes);
        if (binary) ReadBinary(content[(at + 1)..], maximum, rgb.AsSpan(0, samples));
        else ReadPlain(name, content, at, maximum, rgb.AsSpan(0, samples));
        if (channels == 1) SpreadGrey(rgb);
        return new RgbImage((int)width, (int)height, rgb);
    }

    /// <summary>The size, for which the front of a file is enough.</summary>
    /// <exception cref="InvalidFileException">The front is damaged, or of another kind than <see cref="Decode"/> reads.</exception>
    public static (int Width, int Height) ReadSize(string name, ReadOnlySpan<byte> content)
    {
        var (_, width, height) = ReadHeader(name, content, out _);
        return ((int)width, (int)height);
    }

    private static (char Kind, uint Width, uint Height) ReadHeader(string name, ReadOnlySpan<byte> content, out int at)
    {
        var kind = (char)content[1];
        if (kind is not ('2' or '3' or '5' or '6'))
            throw new InvalidFileException(name, $"is a Netpbm file of kind P{kind}; PGM (P2, P5) and PPM (P3, P6) can be read");
        at = 2;
        return (kind, ReadNumber(name, content, ref at, "the width"), ReadNumber(name, content, ref at, "the height"));
    }

    private static void ReadBinary(ReadOnlySpan<byte> content, int maximum, Span<byte> samples)
    {
        if (maximum == 255)
        {
            content[..samples.Length].CopyTo(samples);
            return;
        }
        for (var i = 0; i < samples.Length; i++)
            samples[i] = Scale(maximum > 255 ? (content[2 * i] << 8) | content[(2 * i) + 1] : content[i], maximum);
    }

    private static void ReadPlain(string name, ReadOnlySpan<byte> content, int at, int maximum, Span<byte> samples)
    {
        for (var i = 0; i < samples.Length; i++) samples[i] = Scale((int)ReadNumber(name, content, ref at, "a sample"), maximum);
    }

    private static byte Scale(int sample, int maximum) => (byte)(((Math.Min(sample, maximum) * 255L) + (maximum / 2)) / maximum);

    /// <summary>Turns grey bytes in the first third into RGB, from the end on so that none is overwritten before it is read.</summary>
    private static void SpreadGrey(Span<byte> pixels)
    {
        for (var i = (pixels.Length / 3) - 1; i >= 0; i--) pixels.Slice(i * 3, 3).Fill(pixels[i]);
    }

    /// <summary>Reads a decimal number (at most 999,999,999) after blanks and comments.</summary>
    private static uint ReadNumber(string name, ReadOnlySpan<byte> content, ref int at, string what)
    {
        while (at < content.Length && (IsBlank(content[at]) || content[at] == '#'))
        {
            if (content[at] == '#')
            {
                while (at < content.Length && content[at] is not ((byte)'\n' or (byte)'\r')) at++;
            }
            else
            {
                at++;
            }
        }
        var start = at;
        var number = 0u;
        for (; at < content.Length && content[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            if (at - start == 9)
                throw new InvalidFileException(name, $"has a number of more than 9 digits at byte {start}, where {what} is due");
            number = (number * 10) + content[at] - '0';
        }
        return at > start ? number : throw new InvalidFileException(name, at < content.Length
            ? $"has {content[at]:X2} at byte {at}, where {what} is due"
            : $"is truncated: it ends at byte {at}, where {what} is due");
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
