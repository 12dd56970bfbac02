using System.Buffers.Binary;
using System.IO.Compression;
using Secateur.Pixels;

namespace Secateur.Imaging.Png;

/// <summary>Encodes 8-bit RGB PNG files; each row gets the filter whose bytes have the smallest sum of magnitudes.</summary>
internal static class PngEncoder
{
    private const int MaxChunk = 1 << 20;

    public static void Encode(RgbImage image, Stream stream)
    {
        stream.Write(PngChunks.Signature);
        Span<byte> header = stackalloc byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9], header[10], header[11], header[12]) = (8, (byte)PngColor.Rgb, 0, 0, 0);
        WriteChunk(stream, "IHDR"u8, header);

        using var compressed = new MemoryStream();
        using (var deflated = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) WriteRows(image, deflated);
        var data = compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
        for (; data.Length > MaxChunk; data = data[MaxChunk..]) WriteChunk(stream, "IDAT"u8, data[..MaxChunk]);
        WriteChunk(stream, "IDAT"u8, data);
        WriteChunk(stream, "IEND"u8, []);
    }

    private static void WriteRows(RgbImage image, ZLibStream deflated)
    {
        var stride = image.Width * 3;
        ReadOnlySpan<byte> above = new byte[stride];
        var (best, candidate) = (new byte[stride + 1], new byte[stride + 1]);
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Pixels.AsSpan(y * stride, stride);
            var smallest = long.MaxValue;
            for (var filter = PngFilter.None; filter <= PngFilter.Paeth; filter++)
            {
                candidate[0] = (byte)filter;
                PngFilter.Apply(filter, row, above, 3, candidate.AsSpan(1));
                var magnitude = SumOfMagnitudes(candidate.AsSpan(1));
                if (magnitude >= smallest) continue;
                smallest = magnitude;
                (best, candidate) = (candidate, best);
            }
            deflated.Write(best);
            above = row;
        }
    }

    /// <summary>The sum of the bytes' absolute values, taken as signed.</summary>
    private static long SumOfMagnitudes(ReadOnlySpan<byte> bytes)
    {
        var sum = 0L;
        foreach (var value in bytes) sum += Math.Abs((int)(sbyte)value);
        return sum;
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, type), data));
        stream.Write(number);
    }
}
