using System.IO.Compression;
using System.Text;

namespace Secateur.Models;

/// <summary>Long text in a model file's metadata: deflated and in base64, so that a small network's description is not larger than its weights.</summary>
internal static class PackedText
{
    // Networks deflate about twelve times; more than this much is no network, and all that a hostile file can make us set aside.
    private const int MaxRatio = 32;
    private const int AlwaysAllowed = 1 << 20;

    /// <exception cref="ArgumentException">The text is so uniform that it would not be read again.</exception>
    public static string Pack(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize)) deflate.Write(bytes);
        var deflated = packed.ToArray();
        return bytes.Length <= Limit(deflated)
            ? Convert.ToBase64String(deflated)
            : throw new ArgumentException($"{bytes.Length} bytes of metadata deflate to {deflated.Length}: implausible for a network");
    }

    /// <exception cref="InvalidDataException">The text is not packed, or is larger than a packed network can be.</exception>
    public static string Unpack(string packed)
    {
        byte[] text;
        int length;
        try
        {
            var bytes = Convert.FromBase64String(packed);
            text = new byte[Limit(bytes) + 1];
            using var inflate = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
            length = inflate.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is FormatException or IOException or InvalidDataException or OverflowException)
        {
            throw new InvalidDataException($"it is no packed text: {error.Message}", error);
        }

        return length < text.Length
            ? Encoding.UTF8.GetString(text, 0, length)
            : throw new InvalidDataException($"it unpacks to {length} bytes or more, too large for a network");
    }

    private static int Limit(byte[] packed) => checked((packed.Length * MaxRatio) + AlwaysAllowed);
}
