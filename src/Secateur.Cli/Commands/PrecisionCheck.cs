using System.Collections.Immutable;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Detection;
using Secateur.Experiments.Evaluation;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Evaluation;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary>The average precision of models on one data set, in one pass over each image.</summary>
/// <param name="measure">Measures one model.</param>
/// <param name="images">How many images it is measured on.</param>
internal sealed class PrecisionCheck(Func<Model, IProgress<(int Done, int Total)>, CancellationToken, ImmutableArray<PrecisionFigure>> measure, int images)
{
    /// <summary>How many images it is measured on.</summary>
    public int Images => images;

    /// <summary>Opens a data set.</summary>
    /// <exception cref="IOException">It is not there, or damaged.</exception>
    public static PrecisionCheck Of(string root, int threads) => WiderSession.IsFor(root) ? OfWider(root, threads) : OfLabelled(root, threads);

    /// <summary>Measures one model.</summary>
    public ImmutableArray<PrecisionFigure> Measure(string what, Model model, CancellationToken cancellation) =>
        ProgressBar.Run($"evaluating {what}", progress => measure(model, progress, cancellation));

    private static PrecisionCheck OfWider(string root, int threads)
    {
        var test = WiderTest.Of(root, CommonOptions.Single);
        return new PrecisionCheck(Measure, test.Images.Images.Length);

        ImmutableArray<PrecisionFigure> Measure(Model model, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
        {
            var folder = Directory.CreateTempSubdirectory("secateur-quantize-");
            try
            {
                var result = test.Run(model, TrainingBackend.Processor, folder.FullName, resume: false, threads, progress, cancellation);
                return [new("easy", result.Easy.AveragePrecision), new("medium", result.Medium.AveragePrecision), new("hard", result.Hard.AveragePrecision)];
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static PrecisionCheck OfLabelled(string root, int threads)
    {
        var data = FaceDatasets.Open(root, FaceDatasets.HasSplit(root, DatasetSplit.Validation) ? DatasetSplit.Validation : DatasetSplit.Train);
        return new PrecisionCheck(Measure, data.Images.Length);

        ImmutableArray<PrecisionFigure> Measure(Model model, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
        {
            using var detector = TrainingBackend.Processor.CreateDetector(model, DetectorOptions.Evaluation);
            var detections = DatasetDetections.Run(data.Images, detector.Detect, threads, (done, total) => progress.Report((done, total)), cancellation);
            if (detections.Problems is [var problem, ..]) throw new InvalidFileException(root, $"{detections.Problems.Length} of {data.Images.Length} images cannot be read: {problem}");
            var result = BoxPrecision.Of(data.Images, [.. detections.Found.Select(f => f!)]);
            return [new("IoU 0.5", result.Ap50), new("IoU 0.5 to 0.95", result.Ap)];
        }
    }
}

/// <summary>One average precision; null where there are no faces.</summary>
internal sealed record PrecisionFigure(string Name, double? Ap);
