using System.Buffers;
using System.Runtime.InteropServices;
using Secateur.Pixels;
using SkiaSharp;

namespace Secateur.Imaging.Skia;

/// <summary>A picture file in memory, whose header Skia has read: PNG, WebP, GIF (its first frame), BMP or JPEG.</summary>
internal sealed unsafe class SkiaPicture : IDisposable
{
    private const int RgbaBytes = 4;

    private readonly string _name;
    private readonly string _format;
    private readonly SKCodec _codec;
    private MemoryHandle _pin;

    private SkiaPicture(string name, string format, SKCodec codec, MemoryHandle pin) => (_name, _format, _codec, _pin) = (name, format, codec, pin);

    /// <summary>Columns, as stored.</summary>
    public int Width => _codec.Info.Width;

    /// <summary>Rows, as stored.</summary>
    public int Height => _codec.Info.Height;

    /// <summary>The EXIF orientation; of PNG files always upright.</summary>
    public int Orientation => (int)_codec.EncodedOrigin;

    /// <summary>Reads the header; decodes nothing.</summary>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="format">What the format is called in errors.</param>
    /// <param name="content">The file; it must not change before the picture is disposed.</param>
    /// <exception cref="InvalidFileException">The header is damaged.</exception>
    public static SkiaPicture Open(string name, string format, byte[] content)
    {
        var pin = content.AsMemory().Pin();
        using var data = SKData.Create((nint)pin.Pointer, content.Length);
        if (SKCodec.Create(new SKMemoryStream(data), out var result) is { } codec) return new SkiaPicture(name, format, codec, pin);
        pin.Dispose();
        throw new InvalidFileException(name, $"is a damaged {format}: its header cannot be read ({Words(result)})");
    }

    /// <summary>The picture as stored, or at a smaller size that its format can be decoded at; what is transparent is shown on white.</summary>
    /// <exception cref="InvalidFileException">The data behind the header are damaged or end early.</exception>
    public RgbImage Decode(int width, int height)
    {
        // Without colour space: the stored samples, whatever profile comes with them.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, _codec.Info.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, null);
        var length = (nuint)width * (nuint)height * RgbaBytes;
        var rgba = (byte*)NativeMemory.Alloc(length);
        try
        {
            var result = _codec.GetPixels(info, (nint)rgba);
            if (result != SKCodecResult.Success) throw new InvalidFileException(_name, $"is a {(result == SKCodecResult.IncompleteInput ? "truncated" : "damaged")} {_format}: {Words(result)}");
            if (_codec.EncodedFormat == SKEncodedImageFormat.Bmp) RgbaPixels.ShowIfAllAreHidden(rgba, length / RgbaBytes);
            var rgb = GC.AllocateUninitializedArray<byte>(width * height * 3);
            fixed (byte* to = rgb) RgbaPixels.ToRgbOnWhite(rgba, to, (nuint)rgb.Length / 3);
            return new RgbImage(width, height, rgb);
        }
        finally
        {
            NativeMemory.Free(rgba);
        }
    }

    public void Dispose()
    {
        _codec.Dispose();
        _pin.Dispose();
    }

    private static string Words(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "its data end before the picture does",
        SKCodecResult.ErrorInInput => "its data contradict each other",
        SKCodecResult.Unimplemented => "it is of a kind that is not supported",
        SKCodecResult.InternalError => "there is not enough memory for it",
        _ => "its data are of another form than expected",
    };
}
