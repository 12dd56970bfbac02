using System.Buffers.Binary;
using System.Text;

namespace Secateur.Imaging.Png;

/// <summary>The chunks of a PNG file that matter for its pixels; lengths and checks of all chunks are verified.</summary>
internal sealed class PngChunks
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly byte[] _content;

    private PngChunks(byte[] content) => _content = content;

    public PngHeader Header { get; private set; }

    /// <summary>PLTE: red, green, blue of up to 256 entries; empty if there is none.</summary>
    public ReadOnlySpan<byte> Palette => _content.AsSpan(_palette);

    /// <summary>tRNS: alpha of the palette's entries, or the one transparent colour; empty if there is none.</summary>
    public ReadOnlySpan<byte> Transparency => _content.AsSpan(_transparency);

    /// <summary>eXIf: a TIFF structure; empty if there is none.</summary>
    public ReadOnlySpan<byte> Exif => _content.AsSpan(_exif);

    /// <summary>Where the compressed image data lies in the file, in order.</summary>
    public List<Range> ImageData { get; } = [];

    private Range _palette = ..0;
    private Range _transparency = ..0;
    private Range _exif = ..0;

    /// <exception cref="InvalidFileException">The file is damaged, truncated, or beyond the pixel limit.</exception>
    public static PngChunks Parse(string name, byte[] content, long maxPixels)
    {
        RequireSignature(name, content);
        var chunks = new PngChunks(content);
        for (var at = Signature.Length; ;)
        {
            var start = at;
            var (type, data) = ReadChunk(name, content, ref at);
            if ((type == "IHDR") != (start == Signature.Length))
                throw new InvalidFileException(name, $"is a damaged PNG: chunk {type} at byte {start}; expected IHDR as the first chunk, once");
            if (type == "IEND") break;
            chunks.Add(name, type, data, start, maxPixels);
        }
        if (chunks.ImageData.Count == 0) throw new InvalidFileException(name, "is a damaged PNG: it has no image data (IDAT chunk)");
        if (chunks.Header.Color == PngColor.Palette && chunks.Palette.IsEmpty)
            throw new InvalidFileException(name, "is a damaged PNG: it has palette colours but no palette (PLTE chunk)");
        return chunks;
    }

    /// <summary>The header, for which the front of a file is enough.</summary>
    /// <exception cref="InvalidFileException">The front is damaged.</exception>
    public static PngHeader ParseHeader(string name, byte[] content)
    {
        RequireSignature(name, content);
        var at = Signature.Length;
        var (type, data) = ReadChunk(name, content, ref at);
        return type == "IHDR"
            ? PngHeader.Parse(name, content.AsSpan(data), Array.MaxLength)
            : throw new InvalidFileException(name, $"is a damaged PNG: chunk {type} at byte {Signature.Length}; expected IHDR");
    }

    private static void RequireSignature(string name, byte[] content)
    {
        if (!content.AsSpan().StartsWith(Signature))
            throw new InvalidFileException(name, $"is a damaged PNG: it starts with {Convert.ToHexString(content.AsSpan(0, Math.Min(8, content.Length)))}, not {Convert.ToHexString(Signature)}");
    }

    private static (string Type, Range Data) ReadChunk(string name, byte[] content, ref int at)
    {
        var left = content.Length - at;
        if (left < 12)
            throw new InvalidFileException(name, $"is a truncated PNG: {left} bytes at byte {at}, where a chunk of 12 or more is due");
        var length = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at));
        var type = content.AsSpan(at + 4, 4);
        foreach (var letter in type)
        {
            if (!char.IsAsciiLetter((char)letter))
                throw new InvalidFileException(name, $"is a damaged PNG: {Convert.ToHexString(type)} at byte {at + 4} is no chunk type");
        }
        var typeName = Encoding.ASCII.GetString(type);
        if (length > (uint)left - 12)
            throw new InvalidFileException(name, $"is a truncated PNG: chunk {typeName} at byte {at} declares {length} bytes, but {left - 12} are left");
        var data = (at + 8)..(at + 8 + (int)length);
        var declared = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(data.End.Value));
        var found = Crc32.Append(0, content.AsSpan(at + 4, (int)length + 4));
        if (declared != found)
            throw new InvalidFileException(name, $"is a damaged PNG: chunk {typeName} at byte {at} has the check {found:X8}, but declares {declared:X8}");
        at = data.End.Value + 4;
        return (typeName, data);
    }

    private void Add(string name, string type, Range data, int at, long maxPixels)
    {
        var bytes = _content.AsSpan(data);
        switch (type)
        {
            case "IHDR":
                Header = PngHeader.Parse(name, bytes, maxPixels);
                break;
            case "PLTE":
                if (bytes.IsEmpty || bytes.Length % 3 != 0 || bytes.Length > 768)
                    throw new InvalidFileException(name, $"is a damaged PNG: the palette at byte {at} has {bytes.Length} bytes; expected 3 for each of 1 to 256 entries");
                _palette = data;
                break;
            case "tRNS":
                var expected = Header.Color switch { PngColor.Grey => 2, PngColor.Rgb => 6, PngColor.Palette => Palette.Length / 3, _ => 0 };
                if (Header.Color == PngColor.Palette ? bytes.Length > expected : bytes.Length != expected)
                    throw new InvalidFileException(name, $"is a damaged PNG: the transparency chunk at byte {at} has {bytes.Length} bytes; expected {expected}");
                _transparency = data;
                break;
            case "eXIf":
                _exif = data;
                break;
            case "IDAT":
                ImageData.Add(data);
                break;
            default:
                // A capital first letter says that a reader that does not know the chunk cannot show the picture.
                if (char.IsAsciiLetterUpper(type[0]))
                    throw new InvalidFileException(name, $"is a PNG with the unknown critical chunk {type} at byte {at}");
                break;
        }
    }
}
