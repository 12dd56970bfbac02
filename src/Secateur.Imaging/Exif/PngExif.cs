using System.Buffers.Binary;

namespace Secateur.Imaging.Exif;

/// <summary>Finds the EXIF chunk of a PNG file, before its image data.</summary>
internal static class PngExif
{
    private const int Signature = 8;
    private const int ChunkFrame = 12;

    /// <summary>The TIFF structure in the chunk eXIf; empty where there is none.</summary>
    /// <exception cref="InvalidFileException">The file ends before its image data.</exception>
    public static ReadOnlySpan<byte> Find(string name, ReadOnlySpan<byte> file)
    {
        for (long at = Signature; at + ChunkFrame <= file.Length;)
        {
            var chunk = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            var type = chunk.Slice(4, 4);
            if (type.SequenceEqual("eXIf"u8)) return length <= chunk.Length - ChunkFrame ? chunk.Slice(8, (int)length) : [];
            if (type.SequenceEqual("IDAT"u8)) return [];
            at += length + ChunkFrame;
        }

        throw new InvalidFileException(name, $"is a truncated PNG: it has no image data within its {file.Length} bytes");
    }
}
