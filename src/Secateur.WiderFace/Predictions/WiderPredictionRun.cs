using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Text;
using Secateur.Pixels;

namespace Secateur.WiderFace.Predictions;

/// <summary>Finds the faces of one image file, best first. Used by one thread at a time.</summary>
/// <param name="imagePath">The image file.</param>
/// <returns>Corners in pixels of the stored image (orientation tags not applied).</returns>
/// <exception cref="IOException">The image cannot be read.</exception>
public delegate IReadOnlyList<FaceDetection> ImageFaceDetector(string imagePath);

/// <summary>What a run did.</summary>
/// <param name="Detected">Images whose faces were detected and written.</param>
/// <param name="Kept">Images whose predictions an earlier run had written.</param>
public sealed record WiderPredictionSummary(int Detected, int Kept);

/// <summary>
/// Detects the faces of many images and writes a submission file for each. The folder remembers what made the predictions in it
/// (<c>predictions-made-by.txt</c>), so that a resumed run never mixes the predictions of two models or protocols.
/// </summary>
public sealed class WiderPredictionRun
{
    private const string MadeByFile = "predictions-made-by.txt";
    private const int MaxMadeByQuote = 120;

    private readonly string _folder;
    private readonly string _madeBy;

    /// <summary>Prepares a run.</summary>
    /// <param name="folder">Where to write the predictions; created where it is missing.</param>
    /// <param name="madeBy">One line for all that the predictions depend on: the model's digest, the protocol, the thresholds.</param>
    public WiderPredictionRun(string folder, string madeBy)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(madeBy);
        _folder = folder;
        _madeBy = madeBy.ReplaceLineEndings(" ").Trim();
    }

    /// <summary>Threads, each with its own detector; by default one a processor.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Keep the predictions that an earlier run with the same <c>madeBy</c> wrote, instead of deleting all that are in the folder. Files are written
    /// whole or not at all, so each that is there counts.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Told of every image finished, from several threads at once; kept images are told first.</summary>
    public IProgress<WiderProgress>? Progress { get; init; }

    /// <summary>Runs over the images and writes a submission file for each.</summary>
    /// <param name="images">The images.</param>
    /// <param name="createDetector">Makes the detector of a worker, on the worker's thread.</param>
    /// <param name="cancellationToken">Stops the run after the images in work; what was written stays.</param>
    /// <exception cref="UnreadableImagesException">Images could not be read (an <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> of the detector); thrown at the end, when all others are written.</exception>
    /// <exception cref="InvalidOperationException">The folder holds predictions that nothing tells the origin of; or <see cref="Resume"/>, but they were
    /// made by something else.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="ArgumentException">A detection holds NaN; the message names its image.</exception>
    /// <exception cref="IOException">A prediction file cannot be written.</exception>
    public WiderPredictionSummary Run(
        IReadOnlyList<WiderFaceImage> images, Func<ImageFaceDetector> createDetector, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(createDetector);
        cancellationToken.ThrowIfCancellationRequested();
        Prepare(images);
        var written = images.ToLookup(image => File.Exists(WiderPredictionFile.PathOf(_folder, image.Name)));
        var kept = written[true].ToArray();
        for (var i = 0; i < kept.Length; i++) Progress?.Report(new WiderProgress(i + 1, images.Count, kept[i].Name));
        var open = written[false].ToArray();
        var unreadable = DetectAll(open, kept.Length, images.Count, createDetector, cancellationToken);
        if (!unreadable.IsEmpty) throw new UnreadableImagesException(unreadable, images.Count);
        return new WiderPredictionSummary(open.Length, kept.Length);
    }

    private void Prepare(IReadOnlyList<WiderFaceImage> images)
    {
        Directory.CreateDirectory(_folder);
        var madeByPath = Path.Combine(_folder, MadeByFile);
        if (Resume && File.Exists(madeByPath))
        {
            var found = Encoding.UTF8.GetString(BoundedFile.ReadAllBytes(madeByPath, WiderFaceFiles.MaxLength)).Trim();
            if (found == _madeBy) return;
            throw new InvalidOperationException(
                $"{_folder}: cannot resume, its predictions were made by '{found[..Math.Min(found.Length, MaxMadeByQuote)]}', not by '{_madeBy}'");
        }

        // All predictions here, not only those of these images: what stays would pass for this run's when a later one resumes.
        var stale = Directory.EnumerateDirectories(_folder).SelectMany(folder => Directory.EnumerateFiles(folder, "*.txt")).ToList();
        if (stale.Count > 0 && !File.Exists(madeByPath))
            throw new InvalidOperationException($"{_folder}: nothing tells what made {stale[0]} ({MadeByFile} is missing); name another folder");
        foreach (var path in stale) File.Delete(path);
        AtomicFile.Write(madeByPath, stream => stream.Write(Encoding.UTF8.GetBytes(_madeBy + "\n")));
    }

    private ImmutableArray<UnreadableImage> DetectAll(
        WiderFaceImage[] images, int kept, int total, Func<ImageFaceDetector> createDetector, CancellationToken cancellationToken)
    {
        var unreadable = new ConcurrentDictionary<int, UnreadableImage>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        var (next, done) = (-1, kept);

        void Work()
        {
            try
            {
                ImageFaceDetector? detector = null;
                while (!stop.IsCancellationRequested && Interlocked.Increment(ref next) is var index && index < images.Length)
                {
                    detector ??= createDetector();
                    if (DetectOne(images[index], detector) is { } problem) unreadable[index] = problem;
                    Progress?.Report(new WiderProgress(Interlocked.Increment(ref done), total, images[index].Name));
                }
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                stop.Cancel();
            }
        }

        var threads = Enumerable.Range(0, Math.Clamp(Workers, 1, Math.Max(1, images.Length))).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
        return [.. unreadable.OrderBy(entry => entry.Key).Select(entry => entry.Value)];
    }

    private UnreadableImage? DetectOne(WiderFaceImage image, ImageFaceDetector detector)
    {
        IReadOnlyList<FaceDetection> faces;
        try
        {
            faces = detector(image.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new UnreadableImage(image.Name, error.Message);
        }
        try
        {
            WiderPredictionFile.Write(_folder, image.Name, faces);
            return null;
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{image.Name}: {error.Message}", error);
        }
    }
}
