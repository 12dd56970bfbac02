using System.IO.Compression;
using System.Text;

namespace Secateur.Models;

/// <summary>Long text in a model file's metadata: deflated and in base64, so that a small network's description is not larger than its weights.</summary>
internal static class PackedText
{
    // Far more than a network's JSON has: what a hostile file can make us set aside, beside a small multiple of its size.
    private const int MaxSmall = 1 << 20;
    private const int MaxRatio = 4;

    public static string Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize)) deflate.Write(Encoding.UTF8.GetBytes(text));
        return Convert.ToBase64String(packed.ToArray());
    }

    /// <exception cref="InvalidDataException">The text is not packed, or is larger than a packed network can be.</exception>
    public static string Unpack(string packed)
    {
        try
        {
            var bytes = Convert.FromBase64String(packed);
            var text = new byte[checked((bytes.Length * MaxRatio) + MaxSmall)];
            using var inflate = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
            var length = inflate.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return length < text.Length ? Encoding.UTF8.GetString(text, 0, length) : throw new InvalidDataException("it is implausibly large");
        }
        catch (Exception error) when (error is FormatException or IOException or OverflowException or InvalidDataException)
        {
            throw new InvalidDataException($"it is no packed text: {error.Message}", error);
        }
    }
}
