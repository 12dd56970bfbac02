using System.Buffers.Binary;

namespace Secateur.Imaging.Tests.Formats;

/// <summary>Builds EXIF data with an orientation.</summary>
internal static class ExifBuilder
{
    /// <summary>A TIFF structure: header, gap, directory of three entries, the orientation in the middle.</summary>
    public static byte[] Tiff(ushort orientation, bool littleEndian, ushort type = 3)
    {
        var tiff = new byte[64];
        (tiff[0], tiff[1]) = littleEndian ? ((byte)'I', (byte)'I') : ((byte)'M', (byte)'M');
        Put16(2, 42);
        Put32(4, 12);
        Put16(12, 3);
        Entry(14, 0x010F, 2, 4, 0x41424344);
        Entry(26, 0x0112, type, 1, 0);
        Put16(34, orientation);
        Entry(38, 0x0213, 3, 1, 0);
        return tiff;

        void Entry(int at, ushort tag, ushort kind, uint count, uint value)
        {
            Put16(at, tag);
            Put16(at + 2, kind);
            Put32(at + 4, count);
            Put32(at + 8, value);
        }
        void Put16(int at, ushort value)
        {
            if (littleEndian) BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(at), value);
            else BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(at), value);
        }
        void Put32(int at, uint value)
        {
            if (littleEndian) BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(at), value);
            else BinaryPrimitives.WriteUInt32BigEndian(tiff.AsSpan(at), value);
        }
    }

    /// <summary>A JPEG with an APP1 segment put behind its first marker.</summary>
    public static byte[] Insert(byte[] jpeg, byte[] tiff)
    {
        var length = tiff.Length + 8;
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. "Exif\0\0"u8, .. tiff, .. jpeg[2..]];
    }
}
