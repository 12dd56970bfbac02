using System.Buffers.Binary;

namespace Secateur.Imaging.Png;

/// <summary>Turns restored rows of any colour type and depth into RGB bytes; transparent pixels are shown on white.</summary>
internal sealed class PngPixels
{
    private readonly string _name;
    private readonly PngHeader _header;
    private readonly byte[] _palette;
    private readonly int _maxSample;

    /// <summary>The colour that the tRNS chunk makes transparent, as unscaled samples; null if there is none.</summary>
    private readonly int[]? _transparent;

    public PngPixels(string name, PngChunks chunks)
    {
        _name = name;
        _header = chunks.Header;
        _maxSample = (1 << _header.BitDepth) - 1;
        _palette = OnWhite(chunks.Palette, chunks.Transparency);
        var transparency = chunks.Transparency;
        if (_header.Color is PngColor.Grey or PngColor.Rgb && !transparency.IsEmpty)
        {
            _transparent = new int[transparency.Length / 2];
            for (var i = 0; i < _transparent.Length; i++) _transparent[i] = BinaryPrimitives.ReadUInt16BigEndian(transparency[(2 * i)..]);
        }
    }

    /// <summary>Converts the pixels of a row of a pass.</summary>
    /// <param name="row">Restored bytes.</param>
    /// <param name="pass">Says how many pixels the row has, and how far apart they lie.</param>
    /// <param name="target">The picture's row, RGB.</param>
    /// <exception cref="InvalidFileException">A pixel's palette entry does not exist.</exception>
    public void Convert(ReadOnlySpan<byte> row, PngPass pass, Span<byte> target)
    {
        if (_header is { Color: PngColor.Rgb, BitDepth: 8, Interlaced: false } && _transparent is null)
        {
            row.CopyTo(target);
            return;
        }
        for (var (x, to) = (0, pass.X * 3); x < pass.Width; x++, to += pass.StepX * 3)
            ConvertPixel(row, x * _header.Channels, target.Slice(to, 3));
    }

    private void ConvertPixel(ReadOnlySpan<byte> row, int at, Span<byte> rgb)
    {
        switch (_header.Color)
        {
            case PngColor.Palette:
                var entry = Sample(row, at);
                if (entry * 3 >= _palette.Length)
                    throw new InvalidFileException(_name, $"is a damaged PNG: a pixel has colour {entry} of a palette of {_palette.Length / 3}");
                _palette.AsSpan(entry * 3, 3).CopyTo(rgb);
                break;
            case PngColor.Grey or PngColor.GreyAlpha:
                var hidden = _transparent is not null && Sample(row, at) == _transparent[0];
                var alpha = hidden ? 0 : _header.Color == PngColor.GreyAlpha ? Scaled(row, at + 1) : 255;
                rgb.Fill(OnWhite(Scaled(row, at), alpha));
                break;
            default:
                var keyed = _transparent is not null
                    && Sample(row, at) == _transparent[0] && Sample(row, at + 1) == _transparent[1] && Sample(row, at + 2) == _transparent[2];
                var opacity = keyed ? 0 : _header.Color == PngColor.Rgba ? Scaled(row, at + 3) : 255;
                for (var i = 0; i < 3; i++) rgb[i] = OnWhite(Scaled(row, at + i), opacity);
                break;
        }
    }

    private int Sample(ReadOnlySpan<byte> row, int index) => _header.BitDepth switch
    {
        8 => row[index],
        16 => BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]),
        var bits => (row[index * bits / 8] >> (8 - bits - (index * bits % 8))) & _maxSample,
    };

    private int Scaled(ReadOnlySpan<byte> row, int index) => ((Sample(row, index) * 255) + (_maxSample / 2)) / _maxSample;

    private static byte OnWhite(int value, int alpha) => (byte)(255 - ((((255 - value) * alpha) + 127) / 255));

    private static byte[] OnWhite(ReadOnlySpan<byte> palette, ReadOnlySpan<byte> alphas)
    {
        var blended = palette.ToArray();
        for (var i = 0; i < blended.Length && i / 3 < alphas.Length; i++) blended[i] = OnWhite(blended[i], alphas[i / 3]);
        return blended;
    }
}
