using Secateur.Imaging;
using Secateur.TestSupport;
using static Secateur.TestSupport.MatFileWriter;

namespace Secateur.Cli.Tests;

/// <summary>A WIDER FACE folder of four listed images, three of them there, whose faces the bright spot detector finds.</summary>
internal static class SmallWider
{
    /// <summary>Images that are there.</summary>
    public static readonly string[] Images = ["0--Parade/p1", "0--Parade/p2", "1--Handshaking/h1"];

    // Where the anchor of the spot's cell is: (2, 6) to (18, 22).
    private const string Face = "2 6 16 16";

    public static string Write(string folder)
    {
        foreach (var part in new[] { "ground_truth", "wider_face_split", "WIDER_val/images/0--Parade", "WIDER_val/images/1--Handshaking" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        byte[] spots = [255, 0, 230];
        foreach (var (image, grey) in Images.Zip(spots))
            ImageFile.Write(Path.Combine(folder, "WIDER_val", "images", image + ".jpg"), BrightSpotDetector.Picture(64, 48, (8, 12, 4, grey)), jpegQuality: 100);
        File.WriteAllText(
            Path.Combine(folder, "wider_face_split", "wider_face_val_bbx_gt.txt"),
            $"0--Parade/p1.jpg\n1\n{Face} 0 0 0 0 0 0\n0--Parade/p2.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n1--Handshaking/h1.jpg\n1\n{Face} 0 0 0 0 0 0\n1--Handshaking/h2.jpg\n1\n{Face} 0 0 0 0 0 0\n");
        WriteGroundTruth(Path.Combine(folder, "ground_truth"), "h1");
        return folder;
    }

    /// <summary>The four files; p1's face counts in every setting, that of <paramref name="hard"/> in the hard one only.</summary>
    public static void WriteGroundTruth(string folder, string hard)
    {
        Directory.CreateDirectory(folder);
        var (box, none) = (Numbers(1, 4, 2, 6, 16, 16), Numbers(0, 4));
        var faces = new MatFileWriter()
            .Add(Cell(Text("0--Parade"), Text("1--Handshaking")), "event_list")
            .Add(Cell(Cell(Text("p1"), Text("p2")), Cell(Text(hard), Text("h2"))), "file_list")
            .Add(Cell(Cell(box, none), Cell(box, box)), "face_bbx_list");
        File.WriteAllBytes(Path.Combine(folder, "wider_face_val.mat"), faces.ToArray());
        foreach (var setting in new[] { "easy", "medium", "hard" })
        {
            var (all, empty) = (Numbers(1, 1, 1), Numbers(0, 1));
            var counts = Cell(Cell(all, empty), setting == "hard" ? Cell(all, all) : Cell(empty, empty));
            File.WriteAllBytes(Path.Combine(folder, $"wider_{setting}_val.mat"), new MatFileWriter().Add(counts, "gt_list").ToArray());
        }
    }
}
