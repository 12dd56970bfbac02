using System.Globalization;
using System.Text;

namespace Secateur.TestSupport;

/// <summary>A data set in the layout of WIDER FACE whose faces are bright squares on black, in files that need no codec.</summary>
public static class SpotDataset
{
    public const int ImageSide = 80;

    /// <summary>Draws it.</summary>
    /// <returns><paramref name="folder"/>.</returns>
    public static string Write(string folder, int train = 7, int validation = 3)
    {
        Write(folder, "train", train, new Random(1));
        Write(folder, "val", validation, new Random(2));
        return folder;
    }

    /// <summary>The path of an image.</summary>
    public static string PathOf(string folder, string part, int index) => Path.Combine(folder, $"WIDER_{part}", "images", "0--Spots", $"{part}{index}.ppm");

    private static void Write(string folder, string part, int count, Random random)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(folder, part, 0))!);
        Directory.CreateDirectory(Path.Combine(folder, "wider_face_split"));
        var list = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var (side, grey) = (random.Next(10, 24), (byte)random.Next(200, 256));
            var (x, y) = (random.Next(ImageSide - side), random.Next(ImageSide - side));
            var image = BrightSpotDetector.Picture(ImageSide, ImageSide, (x, y, side, grey));
            File.WriteAllBytes(PathOf(folder, part, i), [.. Encoding.ASCII.GetBytes($"P6\n{ImageSide} {ImageSide}\n255\n"), .. image.Pixels]);
            list.Append(CultureInfo.InvariantCulture, $"0--Spots/{part}{i}.ppm\n1\n{x} {y} {side} {side} 0 0 0 0 0 0\n");
        }

        File.WriteAllText(Path.Combine(folder, "wider_face_split", $"wider_face_{part}_bbx_gt.txt"), list.ToString());
    }
}
