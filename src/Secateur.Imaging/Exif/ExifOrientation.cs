using System.Buffers.Binary;
using Secateur.Pixels;

namespace Secateur.Imaging.Exif;

/// <summary>The orientation tag of EXIF (tag 0x0112): how the stored pixels have to be turned and mirrored to be upright, 1 to 8.</summary>
internal static class ExifOrientation
{
    public const int Upright = 1;
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;

    /// <summary>The orientation that a TIFF structure (from its byte-order mark on) gives; upright where it is missing or damaged.</summary>
    public static int Parse(ReadOnlySpan<byte> tiff)
    {
        var littleEndian = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!littleEndian && !tiff.StartsWith("MM"u8)) || Short(tiff, 2) != 42) return Upright;
        var directory = littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > (uint)tiff.Length - 2) return Upright;
        var entries = tiff[((int)directory + 2)..];
        for (var count = Short(tiff, (int)directory); count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            if (Short(entries, 0) != OrientationTag) continue;
            var value = Short(entries, 8);
            return Short(entries, 2) == ShortType && value is >= 1 and <= 8 ? value : Upright;
        }
        return Upright;

        ushort Short(ReadOnlySpan<byte> bytes, int at) =>
            littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
    }

    /// <summary>The upright picture; the same object when it already is.</summary>
    public static RgbImage Apply(RgbImage stored, int orientation)
    {
        if (orientation == Upright) return stored;
        var (columns, rows) = (stored.Width, stored.Height);
        // Where the upright picture's first pixel lies in the stored one, and the steps, in pixels, to its right and lower neighbours.
        var (first, right, down) = orientation switch
        {
            2 => (columns - 1, -1, columns),
            3 => ((columns * rows) - 1, -1, -columns),
            4 => (columns * (rows - 1), 1, -columns),
            5 => (0, columns, 1),
            6 => (columns * (rows - 1), -columns, 1),
            7 => ((columns * rows) - 1, -columns, -1),
            8 => (columns - 1, columns, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation), orientation, "EXIF orientations are 1 to 8"),
        };
        var (width, height) = orientation >= 5 ? (rows, columns) : (columns, rows);
        var upright = GC.AllocateUninitializedArray<byte>(stored.Pixels.Length);
        var to = 0;
        for (var y = 0; y < height; y++)
        {
            var from = (first + (y * down)) * 3;
            for (var x = 0; x < width; x++, to += 3, from += right * 3)
                stored.Pixels.AsSpan(from, 3).CopyTo(upright.AsSpan(to, 3));
        }
        return new RgbImage(width, height, upright);
    }
}
