using System.Globalization;
using System.Text;
using Secateur.Pixels;

namespace Secateur.Imaging.Netpbm;

/// <summary>Encodes binary PPM files (P6).</summary>
internal static class NetpbmEncoder
{
    public static void Encode(RgbImage image, Stream stream)
    {
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P6\n{image.Width} {image.Height}\n255\n")));
        stream.Write(image.Pixels);
    }
}
