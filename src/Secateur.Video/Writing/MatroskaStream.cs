using System.Buffers.Binary;
using Secateur.Pixels;

namespace Secateur.Video.Writing;

/// <summary>
/// Frames of plain RGB with their times, as a Matroska file (RFC 9559) that never needs to seek: what a pipe of bare pixels cannot tell ffmpeg is when
/// each is shown. A cluster has one frame.
/// </summary>
internal sealed class MatroskaStream
{
    // In nanoseconds: times are in microseconds.
    private const ulong TimeUnit = 1000;
    private const double UnitsPerSecond = 1e9 / TimeUnit;

    private readonly Stream _stream;
    private long _last = -1;

    /// <summary>Writes the head.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="width">Columns of a frame.</param>
    /// <param name="height">Rows of a frame.</param>
    /// <param name="frameRate">Frames a second, on average.</param>
    public MatroskaStream(Stream stream, int width, int height, double frameRate)
    {
        _stream = stream;
        byte[] video = [.. Element([0xB0], Number((ulong)width)), .. Element([0xBA], Number((ulong)height)), .. Element([0x2E, 0xB5, 0x24], "RGB\u0018"u8)];
        byte[] track =
        [
            .. Element([0xD7], Number(1)), .. Element([0x73, 0xC5], Number(1)), .. Element([0x83], Number(1)), .. Element([0x86], "V_UNCOMPRESSED"u8),
            .. Element([0x23, 0xE3, 0x83], Number((ulong)Math.Max(1, 1e9 / frameRate))), .. Element([0xE0], video),
        ];
        _stream.Write(Element([0x1A, 0x45, 0xDF, 0xA3], [.. Element([0x42, 0x82], "matroska"u8), .. Element([0x42, 0x87], Number(4)), .. Element([0x42, 0x85], Number(2))]));

        // A segment of unknown length.
        _stream.Write([0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        _stream.Write(Element([0x15, 0x49, 0xA9, 0x66], Element([0x2A, 0xD7, 0xB1], Number(TimeUnit))));
        _stream.Write(Element([0x16, 0x54, 0xAE, 0x6B], Element([0xAE], track)));
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="time">Seconds, not negative; where it is not after the last one, it becomes so.</param>
    /// <param name="image">Its pixels.</param>
    public void Write(double time, RgbImage image)
    {
        _last = Math.Max((long)Math.Round(time * UnitsPerSecond), _last + 1);

        // Track 1, no time beyond the cluster's, a key frame.
        byte[] block = [0x81, 0, 0, 0x80];
        var stamp = Element([0xE7], Number((ulong)_last));
        byte[] blockHead = [0xA3, .. Size(block.Length + image.Pixels.Length)];
        _stream.Write([0x1F, 0x43, 0xB6, 0x75, .. Size(stamp.Length + blockHead.Length + block.Length + image.Pixels.Length), .. stamp, .. blockHead, .. block]);
        _stream.Write(image.Pixels);
    }

    private static byte[] Element(ReadOnlySpan<byte> id, ReadOnlySpan<byte> content) => [.. id, .. Size(content.Length), .. content];

    private static byte[] Number(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    // Eight bytes, of which the first says that there are so many.
    private static byte[] Size(long length) => Number((ulong)length | (1UL << 56));
}
