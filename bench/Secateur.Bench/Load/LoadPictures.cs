using System.Buffers.Binary;
using Secateur.Demo.Scenes;
using Secateur.Imaging;

namespace Secateur.Bench.Load;

/// <summary>What clients send: drawn scenes as JPEG files, and what only looks like pictures.</summary>
internal sealed class LoadPictures
{
    private const int Count = 16;
    private const int Side = 30_000;

    public LoadPictures(int height, int width)
    {
        Good = [.. Enumerable.Range(1, Count).Select(seed => ImageFile.EncodeJpeg(DrawnScene.Create(seed, width, height, 4).Image, 90))];
        Truncated = [.. Good.Select(file => file[..(file.Length / 2)])];
        Bomb = ImageFile.EncodePng(DrawnScene.Create(1, 64, 64, 1).Image);
        BinaryPrimitives.WriteInt32BigEndian(Bomb.AsSpan(16), Side);
        BinaryPrimitives.WriteInt32BigEndian(Bomb.AsSpan(20), Side);
        BinaryPrimitives.WriteUInt32BigEndian(Bomb.AsSpan(29), Crc32.Append(0, Bomb.AsSpan(12, 17)));
    }

    /// <summary>Pictures.</summary>
    public IReadOnlyList<byte[]> Good { get; }

    /// <summary>The same, cut in half.</summary>
    public IReadOnlyList<byte[]> Truncated { get; }

    /// <summary>A small PNG file that declares 900 million pixels.</summary>
    public byte[] Bomb { get; }
}
