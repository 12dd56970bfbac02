using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Secateur.Imaging.Tests.Formats;

/// <summary>Builds PNG files chunk by chunk, right or wrong as the test wants them. Shares no code with the product's encoder.</summary>
internal sealed class PngBuilder
{
    private readonly List<byte> _file = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public PngBuilder Header(uint width, uint height, int depth, int color, int interlace = 0, int compression = 0, int filter = 0)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(data, width);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[10], data[11], data[12]) = ((byte)depth, (byte)color, (byte)compression, (byte)filter, (byte)interlace);
        return Chunk("IHDR", data);
    }

    public PngBuilder Chunk(string type, byte[] data)
    {
        byte[] checkedBytes = [.. Encoding.ASCII.GetBytes(type), .. data];
        WriteNumber((uint)data.Length);
        _file.AddRange(checkedBytes);
        WriteNumber(Check(checkedBytes));
        return this;
    }

    /// <summary>One IDAT chunk, or several of <paramref name="part"/> bytes, with the bytes deflated.</summary>
    public PngBuilder ImageData(byte[] raw, int part = int.MaxValue)
    {
        foreach (var data in Deflate(raw).Chunk(part)) Chunk("IDAT", data);
        return this;
    }

    public byte[] End() => Chunk("IEND", []).Bytes();

    public byte[] Bytes() => [.. _file];

    public static byte[] Deflate(byte[] raw)
    {
        using var compressed = new MemoryStream();
        using (var deflated = new ZLibStream(compressed, CompressionLevel.Fastest)) deflated.Write(raw);
        return compressed.ToArray();
    }

    /// <summary>The file with the checks of its chunks made right, as far as the chunks can be followed.</summary>
    public static byte[] WithRightChecks(byte[] file)
    {
        var repaired = (byte[])file.Clone();
        var at = 8L;
        while (at + 12 <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(repaired.AsSpan((int)at));
            if (at + 12 + length > file.Length) break;
            BinaryPrimitives.WriteUInt32BigEndian(repaired.AsSpan((int)(at + 8 + length)), Check(repaired[(int)(at + 4)..(int)(at + 8 + length)]));
            at += 12 + length;
        }
        return repaired;
    }

    private void WriteNumber(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        _file.AddRange(bytes);
    }

    private static uint Check(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
