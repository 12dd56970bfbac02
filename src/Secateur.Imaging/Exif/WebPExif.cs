using System.Buffers.Binary;

namespace Secateur.Imaging.Exif;

/// <summary>Tells whether a WebP file, read in part, lacks the EXIF data that it announces: they stand behind the picture.</summary>
internal static class WebPExif
{
    private const int LengthField = 4;
    private const int CountedFrom = 8;
    private const int FirstChunk = 12;
    private const int Flags = 20;
    private const int HasExif = 8;

    /// <exception cref="InvalidFileException">The file announces EXIF data and ends early.</exception>
    public static void CheckIsThere(string name, ReadOnlySpan<byte> file)
    {
        if (file.Length <= Flags || !file[FirstChunk..].StartsWith("VP8X"u8) || (file[Flags] & HasExif) == 0) return;
        var declared = BinaryPrimitives.ReadUInt32LittleEndian(file[LengthField..]) + (long)CountedFrom;
        if (declared > file.Length) throw new InvalidFileException(name, $"is a truncated WebP: it declares {declared} bytes, but has {file.Length}");
    }
}
