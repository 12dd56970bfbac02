using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Loss;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>The loss of models on a split, in inference mode.</summary>
/// <param name="data">The images; those without faces included.</param>
/// <param name="head">The detector that they are prepared for.</param>
/// <param name="backend">What runs the models.</param>
internal sealed class ValidationLoss(FaceDataset data, DetectorHead head, TrainingBackend backend)
{
    // Decoded samples of more than this are read anew for every model.
    private const long MostKept = 1L << 30;
    private const int Channels = 3;

    private readonly ImmutableArray<LabelledImage> _share = backend.Ranks.ShareOf(data.Images);
    private TrainingSample[][]? _kept;

    /// <summary>Side of the square network input in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Images of a batch; the result does not depend on it.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Threads; the result does not depend on them.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether an image that cannot be read is an error; else it is left out.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether many models are to be measured: what is decoded stays in memory, where it is not too much.</summary>
    public bool Keep { get; init; }

    /// <summary>Told of every image that cannot be read, and why, on a background thread.</summary>
    public Action<LabelledImage, string>? BrokenImage { get; init; }

    /// <summary>Measures smooth L1 and cross entropy as if all images were one batch: sums over the positives of all; not a number where no image could be read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="report">Told the images done and in all, of this process's share.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public (double L, double C) Measure(Model model, Action<int, int> report, CancellationToken cancellation) => Measure(model, report, new SharedStop(backend.Ranks, cancellation));

    /// <summary>The same, stopped for all processes together; sums are added up batch by batch whoever computed them.</summary>
    public (double L, double C) Measure(Model model, Action<int, int> report, SharedStop stop)
    {
        var (sumL, sumC, positives, images) = (0.0, 0.0, 0, 0);
        foreach (var batch in backend.Ranks.Join<ImageSums>(stop.Share(cancellation => SumsOfShare(model, report, cancellation))).Chunk(Batch))
        {
            var result = MultiBoxLoss.Sum(batch);

            // Without positives, the batch's divisor is its number of images, and nothing but zeros is divided.
            sumL += result.Location * result.Positives;
            sumC += result.Confidence * result.Positives;
            positives += result.Positives;
            images += batch.Length;
        }

        // Where no image could be read nothing is known; 0 would be the best there is.
        return images == 0 ? (double.NaN, double.NaN) : (sumL / Math.Max(1, positives), sumC / Math.Max(1, positives));
    }

    private ImageSums[] SumsOfShare(Model model, Action<int, int> report, CancellationToken cancellation)
    {
        var anchors = new AnchorGrid(model.Network, ImageSize, ImageSize);
        using var outputs = new InferenceOutputs(backend.CreateEngine(model), anchors.Count, Threads);
        var loss = new MultiBoxLoss(anchors, Threads);
        var sums = new List<ImageSums>(_share.Length);
        foreach (var batch in Batches(cancellation))
        {
            var (locations, scores) = outputs.Run(batch, cancellation);
            sums.AddRange(loss.SumsOf(locations, scores, [.. batch.Select(s => s.Faces)]));
            report(sums.Count, _share.Length);
        }

        return [.. sums];
    }

    private IEnumerable<TrainingSample[]> Batches(CancellationToken cancellation)
    {
        if (_kept is not null) return _kept;
        var batches = new ValidationSamples(data with { Images = _share }, head, ImageSize) { Strict = Strict, BrokenImage = BrokenImage }.Batches(Batch, Threads, cancellation);
        var fits = (long)_share.Length * ImageSize * ImageSize * Channels <= MostKept;
        return Keep && fits ? _kept = [.. batches] : batches;
    }
}
