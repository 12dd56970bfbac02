using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Secateur.WiderFace.Predictions;

namespace Secateur.WiderFace.Evaluation;

/// <summary>
/// The evaluation of WIDER FACE (Yang, Luo, Loy, Tang, CVPR 2016, official evaluation tools): average precision at IoU 0.5 in the easy, medium
/// and hard setting, from 1,000 thresholds on scores that are normalised to 0..1 over all predictions of the images evaluated. The result does
/// not depend on the number of threads.
/// </summary>
public sealed class WiderEvaluator
{
    private const int ThresholdCount = 1000;

    // As the official code computes them: the last is 0, the first just below 1.
    private static readonly double[] Thresholds = [.. Enumerable.Range(1, ThresholdCount).Select(t => 1 - (t / (double)ThresholdCount))];

    private readonly WiderGroundTruth _groundTruth;

    /// <summary>An evaluator against a ground truth.</summary>
    public WiderEvaluator(WiderGroundTruth groundTruth)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        _groundTruth = groundTruth;
    }

    /// <summary>Threads; by default one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told of every image matched, from several threads at once.</summary>
    public IProgress<WiderProgress>? Progress { get; init; }

    /// <summary>Evaluates the submission files of a folder.</summary>
    /// <param name="predictions">The files.</param>
    /// <param name="images">
    /// The images to evaluate; each must have a file. Null, as in the official evaluation: all of the ground truth, nothing being found in those
    /// without file.
    /// </param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <exception cref="FileNotFoundException">One of <paramref name="images"/> has no file.</exception>
    /// <exception cref="ArgumentException">One of <paramref name="images"/> is not in the ground truth, or occurs twice.</exception>
    /// <exception cref="InvalidFileException">A submission file does not have the right form.</exception>
    /// <exception cref="IOException">A submission file cannot be read.</exception>
    public WiderEvaluation Evaluate(
        WiderPredictionFolder predictions, IReadOnlyCollection<WiderImageName>? images = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var wanted = images is null ? _groundTruth.Images : Find(images);
        if (images is not null && wanted.Where(image => predictions.PathOf(image.Name) is null).ToArray() is [var first, ..] missing)
            throw new FileNotFoundException($"{predictions.Folder}: {missing.Length} of {wanted.Length} images have no predictions, such as {first.Name}");
        return Evaluate(wanted, image => predictions.PathOf(image) is { } path ? WiderPredictionFile.Read(path) : [], cancellationToken);
    }

    /// <summary>Evaluates predictions in memory; the images evaluated are those of the dictionary.</summary>
    /// <exception cref="ArgumentException">An image is not in the ground truth.</exception>
    public WiderEvaluation Evaluate(
        IReadOnlyDictionary<WiderImageName, IReadOnlyList<WiderPrediction>> predictions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return Evaluate(Find([.. predictions.Keys]), image => predictions[image], cancellationToken);
    }

    private ImmutableArray<WiderGroundTruthImage> Find(IReadOnlyCollection<WiderImageName> names)
    {
        if (names.Distinct().Count() != names.Count) throw new ArgumentException("an image occurs twice");
        return [.. names.Select(name => _groundTruth.Find(name) ?? throw new ArgumentException($"{name} is not an image of the ground truth"))];
    }

    private WiderEvaluation Evaluate(
        ImmutableArray<WiderGroundTruthImage> images, Func<WiderImageName, IReadOnlyList<WiderPrediction>> read, CancellationToken cancellationToken)
    {
        var matches = MatchAll(images, read, cancellationToken);
        var count = matches.Sum(match => match.Predictions);
        var (lowest, highest) = count == 0 ? (0, 0) : (matches.Min(match => match.LowestScore), matches.Max(match => match.HighestScore));
        WiderSettingEvaluation In(WiderSettings setting) => EvaluateSetting(matches, setting, lowest, highest);
        return new WiderEvaluation(
            In(WiderSettings.Easy), In(WiderSettings.Medium), In(WiderSettings.Hard),
            images.Length, _groundTruth.Images.Length, count, lowest, highest);
    }

    private ImageMatch[] MatchAll(
        ImmutableArray<WiderGroundTruthImage> images, Func<WiderImageName, IReadOnlyList<WiderPrediction>> read, CancellationToken cancellationToken)
    {
        var matches = new ImageMatch[images.Length];
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Threads), CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, images.Length, options, i =>
            {
                matches[i] = new ImageMatch(images[i], read(images[i].Name));
                Progress?.Report(new WiderProgress(Interlocked.Increment(ref done), images.Length, images[i].Name));
            });
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
        return matches;
    }

    private static WiderSettingEvaluation EvaluateSetting(ImageMatch[] matches, WiderSettings setting, double lowest, double highest)
    {
        var faces = matches.Sum(match => match.Faces.Count(face => face.CountsIn.HasFlag(setting)));
        if (faces == 0) return new WiderSettingEvaluation(null, 0, []);
        var (proposals, found) = (new int[ThresholdCount], new int[ThresholdCount]);
        foreach (var match in matches)
        {
            Count(match.Proposals, proposals);
            Count(match.Found, found);
        }

        void Count(ScoredSettings[] items, int[] counts)
        {
            foreach (var item in items)
            {
                if (item.Settings.HasFlag(setting)) counts[FirstThreshold(highest > lowest ? (item.Score - lowest) / (highest - lowest) : 1)]++;
            }
        }

        var (proposed, hits) = (0, 0);
        var (precision, recall) = (new double[ThresholdCount], new double[ThresholdCount]);
        for (var t = 0; t < ThresholdCount; t++)
        {
            proposed += proposals[t];
            hits += found[t];
            precision[t] = proposed == 0 ? 0 : hits / (double)proposed;
            recall[t] = hits / (double)faces;
        }
        var curve = Thresholds.Select((threshold, t) => new PrecisionRecallPoint(threshold, precision[t], recall[t]));
        return new WiderSettingEvaluation(AveragePrecision.OfCurve(recall, precision), faces, [.. curve]);
    }

    /// <summary>The first of the falling thresholds that a normalised score reaches.</summary>
    private static int FirstThreshold(double score)
    {
        var (low, high) = (0, ThresholdCount - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (score >= Thresholds[middle]) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
