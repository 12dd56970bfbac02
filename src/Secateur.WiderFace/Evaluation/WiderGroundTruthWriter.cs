using System.Buffers.Binary;
using System.Collections.Immutable;
using Secateur.WiderFace.Mat;

namespace Secateur.WiderFace.Evaluation;

/// <summary>Writes what <see cref="WiderGroundTruthReader"/> reads.</summary>
internal static class WiderGroundTruthWriter
{
    public static void Write(WiderGroundTruth truth, string facePath, string easyPath, string mediumPath, string hardPath)
    {
        var events = truth.Images.GroupBy(image => image.Name.Event).ToArray();
        MatWriter.Write(
            facePath,
            ("event_list", Cell(events.Select(images => Text(images.Key)))),
            ("file_list", Cell(events.Select(images => Cell(images.Select(image => Text(image.Name.Name)))))),
            ("face_bbx_list", Cell(events.Select(images => Cell(images.Select(image => Boxes(image.Faces)))))));
        WriteCounts(easyPath, WiderSettings.Easy);
        WriteCounts(mediumPath, WiderSettings.Medium);
        WriteCounts(hardPath, WiderSettings.Hard);

        void WriteCounts(string path, WiderSettings setting) =>
            MatWriter.Write(path, ("gt_list", Cell(events.Select(images => Cell(images.Select(image => Counting(image.Faces, setting)))))));
    }

    private static MatCell Cell(IEnumerable<MatArray> items)
    {
        ImmutableArray<MatArray> all = [.. items];
        return new MatCell(all.Length, 1, all);
    }

    private static MatText Text(string text) => new(1, text.Length, text);

    private static MatNumeric Boxes(ImmutableArray<WiderGroundTruthFace> faces) =>
        Numbers(faces.Length, 4, [.. faces.Select(f => f.X), .. faces.Select(f => f.Y), .. faces.Select(f => f.Width), .. faces.Select(f => f.Height)]);

    /// <summary>The numbers, from 1, of the faces that count in a setting.</summary>
    private static MatNumeric Counting(ImmutableArray<WiderGroundTruthFace> faces, WiderSettings setting)
    {
        double[] numbers = [.. Enumerable.Range(1, faces.Length).Where(number => faces[number - 1].CountsIn.HasFlag(setting))];
        return Numbers(numbers.Length, 1, numbers);
    }

    private static MatNumeric Numbers(int rows, int columns, double[] values)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return new MatNumeric(rows, columns, MatDataType.Double, bytes);
    }
}
