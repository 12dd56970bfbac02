using System.Buffers.Binary;
using Secateur.Imaging.Exif;

namespace Secateur.Imaging.Jpeg;

/// <summary>What the marker segments of a JPEG file say (ITU-T T.81, Annex B), read without decoding the picture.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Components">1 (grey), 3 (colour) or 4 (CMYK, YCCK).</param>
/// <param name="FirstMarker">Where its first marker behind that of its start lies.</param>
/// <param name="HasAdobeSegment">Written the way Adobe does, which stores CMYK inverted.</param>
/// <param name="HasEnd">Whether the end-of-image marker is there, behind a scan.</param>
/// <param name="HasAllScans">Whether the scans bring every coefficient to its last bit; true where only the front was read.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8.</param>
internal sealed record JpegHeader(int Width, int Height, int Components, int FirstMarker, bool HasAdobeSegment, bool HasEnd, bool HasAllScans, int Orientation)
{
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte App1 = 0xE1;
    private const byte App14 = 0xEE;

    /// <exception cref="InvalidFileException">A segment is damaged, the file ends early, or the coding process is not supported.</exception>
    public static JpegHeader Parse(string name, ReadOnlySpan<byte> content) => Parse(name, content, toFirstScan: false);

    /// <summary>Reads up to the first scan, so that the front of a file is enough.</summary>
    /// <exception cref="InvalidFileException">A segment is damaged, the content ends before the first scan, or the coding process is not supported.</exception>
    public static JpegHeader ParseFront(string name, ReadOnlySpan<byte> content) => Parse(name, content, toFirstScan: true);

    private static JpegHeader Parse(string name, ReadOnlySpan<byte> content, bool toFirstScan)
    {
        var (width, height, components, adobe, end, orientation) = (0, 0, 0, false, true, ExifOrientation.Upright);
        var scans = new JpegScans();
        var first = NextMarker(content, 2) - 1;
        var at = 2;
        while (true)
        {
            at = NextMarker(content, at);
            if (at < 0 && scans.Count > 0 && width > 0)
            {
                end = false;
                break;
            }

            if (at < 0) throw new InvalidFileException(name, $"is a truncated JPEG: it ends after {content.Length} bytes without the end-of-image marker");
            var marker = content[at++];
            if (marker == EndOfImage) break;
            if (HasNoParameters(marker)) continue;
            var segment = Segment(name, content, at, marker);
            at += segment.Length + 2;
            if (IsStartOfFrame(marker))
            {
                if (width > 0) continue;
                (width, height, components) = ParseFrame(name, segment, marker, at - segment.Length);
                scans.Frame(segment);
            }
            else if (marker == App1 && scans.Count == 0 && segment.StartsWith("Exif\0\0"u8))
            {
                orientation = ExifOrientation.Parse(segment[6..]);
            }
            else if (marker == App14 && segment.StartsWith("Adobe"u8))
            {
                adobe = true;
            }
            else if (marker == StartOfScan && width == 0)
            {
                throw new InvalidFileException(name, $"is a damaged JPEG: its first scan, at byte {at}, comes before the frame header");
            }
            else if (marker == StartOfScan && toFirstScan)
            {
                break;
            }
            else if (marker == StartOfScan)
            {
                scans.Add(segment);
            }
        }
        if (width == 0)
            throw new InvalidFileException(name, $"is a damaged JPEG: it has no frame header before the end-of-image marker at byte {at - 2}");
        return new JpegHeader(width, height, components, first, adobe, end, toFirstScan || scans.IsWhole, orientation);
    }

    /// <summary>The offset of the code of the next marker at or after <paramref name="at"/>, passing over entropy-coded data; -1 if there is none.</summary>
    private static int NextMarker(ReadOnlySpan<byte> content, int at)
    {
        while (at < content.Length)
        {
            var found = content[at..].IndexOf((byte)0xFF);
            if (found < 0) return -1;
            at += found + 1;
            // FF 00 is a coded FF byte, further FFs are padding, D0 to D7 are restart markers inside a scan.
            if (at < content.Length && content[at] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7))) return at;
        }
        return -1;
    }

    private static bool HasNoParameters(byte marker) => marker is 0x01 or 0xD8;

    private static bool IsStartOfFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static ReadOnlySpan<byte> Segment(string name, ReadOnlySpan<byte> content, int at, byte marker)
    {
        var left = content.Length - at;
        var length = left >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(content[at..]) : 2;
        if (length < 2)
            throw new InvalidFileException(name, $"is a damaged JPEG: segment FF{marker:X2} at byte {at - 2} declares {length} bytes, less than its length field");
        return left >= length
            ? content.Slice(at + 2, length - 2)
            : throw new InvalidFileException(name, $"is a truncated JPEG: segment FF{marker:X2} at byte {at - 2} declares {length} bytes, but {left} are left");
    }

    private static (int Width, int Height, int Components) ParseFrame(string name, ReadOnlySpan<byte> frame, byte marker, int at)
    {
        if (marker > 0xC2)
            throw new InvalidFileException(name, $"is a JPEG of a rare kind (frame FF{marker:X2}: lossless, hierarchical or arithmetic coding), which is not supported");
        if (frame.Length < 6)
            throw new InvalidFileException(name, $"is a damaged JPEG: the frame header at byte {at} is {frame.Length} bytes long, less than 6");
        if (frame[0] != 8) throw new InvalidFileException(name, $"is a JPEG with {frame[0]}-bit samples; 8-bit ones are supported");
        if (frame[5] is not (1 or 3 or 4))
            throw new InvalidFileException(name, $"is a JPEG with {frame[5]} components; 1 (grey), 3 (colour) and 4 (CMYK) are supported");
        var height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        return width > 0 && height > 0
            ? (width, height, frame[5])
            : throw new InvalidFileException(name, $"declares {width} x {height} pixels; both sides must be positive");
    }
}
