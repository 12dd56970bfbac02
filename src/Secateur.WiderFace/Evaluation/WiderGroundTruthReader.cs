using System.Collections.Immutable;
using Secateur.WiderFace.Mat;

namespace Secateur.WiderFace.Evaluation;

/// <summary>
/// Reads the official ground truth: <c>event_list</c> {events}, <c>file_list</c> {events}{images}, <c>face_bbx_list</c> {events}{images}[faces, 4],
/// and for each setting <c>gt_list</c> {events}{images}[count, 1], the faces that count, numbered from 1.
/// </summary>
internal static class WiderGroundTruthReader
{
    public static WiderGroundTruth Read(string facePath, string easyPath, string mediumPath, string hardPath)
    {
        var file = MatFile.Read(facePath);
        var images = ReadImages(file);
        var settings = images.Select(image => new WiderSettings[image.Boxes.Rows]).ToArray();
        MarkFaces(MatFile.Read(easyPath), file, images, settings, WiderSettings.Easy);
        MarkFaces(MatFile.Read(mediumPath), file, images, settings, WiderSettings.Medium);
        MarkFaces(MatFile.Read(hardPath), file, images, settings, WiderSettings.Hard);
        try
        {
            var all = images.Zip(settings, (image, countsIn) => new WiderGroundTruthImage(image.Name, Faces(image.Boxes, countsIn)));
            return new WiderGroundTruth([.. all]);
        }
        catch (ArgumentException error)
        {
            throw new InvalidFileException(facePath, error.Message, error);
        }
    }

    private static List<(WiderImageName Name, MatNumeric Boxes)> ReadImages(MatFile file)
    {
        var (events, names, boxes) = (file.Cell("event_list"), file.Cell("file_list"), file.Cell("face_bbx_list"));
        CheckCount(file, names, events.Count, "file_list");
        CheckCount(file, boxes, events.Count, "face_bbx_list");
        var images = new List<(WiderImageName, MatNumeric)>();
        for (var e = 0; e < events.Count; e++)
        {
            var eventNames = Inner<MatCell>(file, names, e, "file_list");
            var eventBoxes = Inner<MatCell>(file, boxes, e, "face_bbx_list");
            CheckCount(file, eventBoxes, eventNames.Count, $"face_bbx_list{{{e + 1}}}");
            var eventName = Inner<MatText>(file, events, e, "event_list").Text;
            for (var i = 0; i < eventNames.Count; i++)
            {
                if (!WiderImageName.TryCreate(eventName, Inner<MatText>(file, eventNames, i, "file_list").Text, out var name))
                    throw new InvalidFileException(file.Path, $"file_list{{{e + 1}}}{{{i + 1}}} or its event is not a plain file name");
                var imageBoxes = Inner<MatNumeric>(file, eventBoxes, i, "face_bbx_list");
                if (imageBoxes.Count > 0 && imageBoxes.Columns != 4)
                    throw new InvalidFileException(file.Path, $"the boxes of {name} have {imageBoxes.Columns} columns, expected 4");
                images.Add((name, imageBoxes.Count > 0 ? imageBoxes : MatNumeric.Empty));
            }
        }
        return images;
    }

    private static void MarkFaces(
        MatFile file, MatFile faceFile, List<(WiderImageName Name, MatNumeric Boxes)> images, WiderSettings[][] settings, WiderSettings setting)
    {
        var events = file.Cell("gt_list");
        var lists = Enumerable.Range(0, events.Count).SelectMany(e => Inner<MatCell>(file, events, e, "gt_list").Items).ToArray();
        if (lists.Length != images.Count)
            throw new InvalidFileException(file.Path, $"gt_list has {lists.Length} images, expected the {images.Count} of {faceFile.Path}");
        for (var image = 0; image < lists.Length; image++)
        {
            if (lists[image] is not MatNumeric numbers)
                throw new InvalidFileException(file.Path, $"gt_list: the entry of {images[image].Name} is not an array of numbers");
            for (var i = 0; i < numbers.Count; i++)
            {
                var (number, faces) = (numbers[i], settings[image]);
                if (!(number >= 1 && number <= faces.Length && number == Math.Floor(number)))
                    throw new InvalidFileException(
                        file.Path, $"gt_list: face {number} of {images[image].Name}, expected 1 to {faces.Length}, as in {faceFile.Path}");
                faces[(int)number - 1] |= setting;
            }
        }
    }

    private static ImmutableArray<WiderGroundTruthFace> Faces(MatNumeric boxes, WiderSettings[] countsIn) =>
        [.. countsIn.Select((setting, face) => new WiderGroundTruthFace(boxes[face, 0], boxes[face, 1], boxes[face, 2], boxes[face, 3], setting))];

    private static T Inner<T>(MatFile file, MatCell cell, int index, string what)
        where T : MatArray =>
        cell.Items[index] as T
        ?? throw new InvalidFileException(file.Path, $"{what}: cell {index + 1} is of another class than expected ({typeof(T).Name})");

    private static void CheckCount(MatFile file, MatCell cell, int expected, string what)
    {
        if (cell.Count != expected) throw new InvalidFileException(file.Path, $"{what} has {cell.Count} cells, expected {expected}");
    }
}
