using System.CommandLine;
using System.Globalization;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Training;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur data</c>: looks at training data.</summary>
internal static class DataCommand
{
    private const int LargestCell = 320;
    private const string SheetName = "sheet.jpg";

    public static Command Create() => new("data", """
        Look at training data before hours are spent on it.

        Example:
          secateur data preview --data WIDER --out preview --json
        """) { CreatePreview() };

    private static Command CreatePreview()
    {
        var data = new Option<string>("--data") { Description = "The data set: WIDER FACE, RetinaFace label.txt, PASCAL VOC, YOLO or COCO; found by look.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--out", "-o") { Description = "The folder for the pictures.", HelpName = "DIR", Required = true };
        var split = CommonOptions.Choice("--split", "The split to look at.", ["train", "val"], "train");
        var count = CommonOptions.Count("--count", "Samples to draw.", 16, most: 1000);
        var size = CommonOptions.Number<int>("--imgsz", "Width and height of the samples.", "N", "from 32 to 4096", n => n is >= 32 and <= 4096, 640);
        var seed = CommonOptions.Number<long>("--seed", "The seed of the training run.", "N", "a whole number", _ => true, 0);
        var epoch = CommonOptions.Number<int>("--epoch", "The epoch, from 0.", "N", "0 or more", n => n >= 0, 0);
        var strict = new Option<bool>("--strict") { Description = "Take an image or a label that cannot be read for an error, instead of leaving it out." };
        var json = CommonOptions.Json();
        var command = new Command("preview", """
            Check the labels, and draw augmented samples with their boxes, as the training would see them.

            Example:
              secateur data preview --data WIDER --out preview --count 32 --epoch 3
            """) { data, output, split, count, size, seed, epoch, strict, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var folder = parsed.GetValue(output)!;
            if (File.Exists(folder)) throw new UsageException($"{folder}: is a file; --out names the folder for the pictures");
            var part = parsed.GetValue(split) == "train" ? DatasetSplit.Train : DatasetSplit.Validation;
            var dataset = FaceDatasets.Open(parsed.GetValue(data)!, part, parsed.GetValue(strict));
            var pictures = new OutputFolder(folder);
            pictures.Check(Enumerable.Range(0, parsed.GetValue(count)).Select(NameOf).Append(SheetName).Select(name => Path.Combine(folder, name)));
            using var loader = new SampleLoader(dataset, new SampleLoaderOptions
            {
                // All published detectors have the same anchors and mean.
                Head = EResFd.Create().Head,
                Batch = parsed.GetValue(count),
                ImageSize = parsed.GetValue(size),
                Seed = parsed.GetValue(seed),
                Epoch = parsed.GetValue(epoch),
                Strict = parsed.GetValue(strict),
                Threads = Environment.ProcessorCount,
                BrokenImage = (_, problem) => Problem.Write($"{problem}; another image takes its place"),
            });
            var samples = loader.Next(cancellation).Samples;
            var names = Draw(samples, folder, pictures);
            pictures.Save();
            if (parsed.GetValue(json)) PrintJson(dataset, samples, names, folder);
            else Print(dataset, samples, folder);
            return 0;
        });
        return command;
    }

    private static string NameOf(int sample) => string.Create(CultureInfo.InvariantCulture, $"{sample:000}.jpg");

    /// <summary>Writes a picture a sample and one of all of them, and returns the names of the former.</summary>
    private static string[] Draw(TrainingSample[] samples, string folder, OutputFolder output)
    {
        var cells = new RgbImage[samples.Length];
        var names = new string[samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var image = samples[i].Image;
            var faces = samples[i].Faces.Select(f => new FaceDetection(f.X1 * image.Width, f.Y1 * image.Height, f.X2 * image.Width, f.Y2 * image.Height, 1));
            var drawn = FaceAnnotator.Draw(image, faces, new AnnotationStyle { ShowScores = false });
            names[i] = NameOf(i);
            var path = Path.Combine(folder, names[i]);
            output.Write(path, () => ImageFile.Write(path, drawn));
            cells[i] = drawn;
            while (cells[i].Width > LargestCell) cells[i] = BilinearResizer.Resize(cells[i], 0.5);
        }

        var sheet = Path.Combine(folder, SheetName);
        output.Write(sheet, () => ImageFile.Write(sheet, Sheet(cells)));
        return names;
    }

    /// <summary>Cells of one size side by side, as many rows as columns or one less.</summary>
    private static RgbImage Sheet(RgbImage[] cells)
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(cells.Length));
        var (width, height) = (cells[0].Width, cells[0].Height);
        var sheet = new RgbImage(columns * width, (cells.Length + columns - 1) / columns * height);
        for (var i = 0; i < cells.Length; i++)
        {
            for (var y = 0; y < height; y++)
                cells[i].Pixels.AsSpan(y * width * 3, width * 3).CopyTo(sheet.Pixels.AsSpan((((((i / columns * height) + y) * columns) + (i % columns)) * width) * 3));
        }

        return sheet;
    }

    private static void Print(FaceDataset dataset, TrainingSample[] samples, string folder)
    {
        Report.Line($"{dataset.Layout}, {dataset.Split.ToString().ToLowerInvariant()}: {Figures.Count(dataset.Images.Length)} images, {Figures.Count(dataset.FaceCount)} faces");
        foreach (var finding in dataset.Lint.Findings)
        {
            Report.Line($"  {finding.Words}: {Figures.Count(finding.Count)}");
            foreach (var example in finding.Examples) Report.Line($"    {example}");
        }

        Report.Line($"{samples.Length} samples with {Figures.Count(samples.Sum(s => s.Faces.Length))} faces in {folder}, all of them in {Path.Combine(folder, SheetName)}");
    }

    private static void PrintJson(FaceDataset dataset, TrainingSample[] samples, string[] names, string folder) => Report.Json(new
    {
        layout = dataset.Layout,
        split = dataset.Split.ToString().ToLowerInvariant(),
        listed = new { images = dataset.Lint.ListedImages, faces = dataset.Lint.ListedFaces },
        images = dataset.Images.Length,
        faces = dataset.FaceCount,
        findings = dataset.Lint.Findings.Select(f => new { problem = f.Words, f.Count, f.Examples }),
        sheet = Path.Combine(folder, SheetName),
        samples = samples.Zip(names, (sample, name) => new { file = Path.Combine(folder, name), sample.Name, sample.Faces }),
    });
}
