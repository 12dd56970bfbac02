using System.IO.Compression;
using System.Text;

namespace Secateur.Models;

/// <summary>Long text in a model file's metadata: deflated and in base64, so that a small network's description is not larger than its weights.</summary>
internal static class PackedText
{
    // Far more than any network's JSON has, and all that a hostile file can make us set aside.
    private const int MaxBytes = 1 << 24;

    /// <exception cref="ArgumentException">The text is too long to be read again.</exception>
    public static string Pack(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > MaxBytes) throw new ArgumentException($"{bytes.Length} bytes of metadata are more than {MaxBytes}");
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize)) deflate.Write(bytes);
        return Convert.ToBase64String(packed.ToArray());
    }

    /// <exception cref="InvalidDataException">The text is not packed, or is larger than a packed network can be.</exception>
    public static string Unpack(string packed)
    {
        using var text = new MemoryStream();
        try
        {
            using var inflate = new ZLibStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
            var block = new byte[1 << 16];
            for (var read = inflate.Read(block); read > 0 && text.Length <= MaxBytes; read = inflate.Read(block)) text.Write(block, 0, read);
        }
        catch (Exception error) when (error is FormatException or IOException or InvalidDataException)
        {
            throw new InvalidDataException($"it is no packed text: {error.Message}", error);
        }

        return text.Length <= MaxBytes
            ? Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length)
            : throw new InvalidDataException($"it unpacks to more than {MaxBytes} bytes");
    }
}
