using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Secateur.Detection;
using Secateur.Experiments.Plans;
using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Training.Runs;
using Secateur.Weights;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;

namespace Secateur.Experiments.Evaluation;

/// <summary>The evaluation of models on WIDER FACE's validation images, through submission files that are kept.</summary>
public sealed class WiderTest
{
    private readonly WiderGroundTruth _truth;
    private readonly string _protocol;

    private WiderTest(WiderGroundTruth truth, WiderValidationImages images, string protocol) => (_truth, Images, _protocol) = (truth, images, protocol);

    /// <summary>The images that are there, and those that are not.</summary>
    public WiderValidationImages Images { get; }

    /// <summary>Finds ground truth and images.</summary>
    /// <param name="root">WIDER FACE's folder.</param>
    /// <param name="protocol"><see cref="ExperimentPlan.MultiScale"/> or <see cref="ExperimentPlan.Single"/>.</param>
    /// <param name="truth">The ground truth; null where it is in <paramref name="root"/>.</param>
    /// <exception cref="FileNotFoundException">The ground truth, or all images, are missing.</exception>
    /// <exception cref="InvalidFileException">The ground truth is damaged.</exception>
    public static WiderTest Of(string root, string protocol, WiderGroundTruth? truth = null)
    {
        truth ??= WiderGroundTruth.Load(root);
        return new WiderTest(truth, WiderValidationImages.Find(root, truth), protocol);
    }

    /// <summary>Detects in the images that are there, writes the submission files, and evaluates them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="folder">Where the submission files go.</param>
    /// <param name="resume">Keep those that were written for the same model and protocol before.</param>
    /// <param name="threads">Images at the same time.</param>
    /// <param name="progress">Told the images done and in all, from several threads.</param>
    /// <param name="cancellation">Stops after the images in work; what was written stays.</param>
    /// <exception cref="UnreadableImagesException">Images could not be read.</exception>
    /// <exception cref="InvalidOperationException">The folder holds predictions of something else.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WiderEvaluation Run(
        Model model, TrainingBackend backend, string folder, bool resume, int threads, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default)
    {
        using var detector = backend.CreateDetector(model, DetectorOptions.Evaluation);

        // The stored pixels, not the upright ones: the boxes of the benchmark are for them.
        var reading = new ImageReadOptions { ApplyOrientation = false };
        // Another device's sums have other last bits.
        var place = backend.Device == TrainingBackend.Processor.Device ? "" : $" on {backend.Device}";
        var madeBy = string.Create(CultureInfo.InvariantCulture, $"{_protocol} test{place}, confidence above {DetectorOptions.Evaluation.Confidence}, model {Digest(model)}");
        new WiderPredictionRun(folder, madeBy) { Workers = threads, Resume = resume, Progress = new Forward(progress) }.Run(
            Images.Images,
            () => path =>
            {
                var image = ImageFile.Read(path, reading);
                return _protocol == ExperimentPlan.MultiScale ? detector.DetectMultiScale(image) : detector.Detect(image);
            },
            cancellation);
        return new WiderEvaluator(_truth) { Threads = threads }.Evaluate(WiderPredictionFolder.Open(folder, _truth), [.. Images.Images.Select(i => i.Name)], cancellation);
    }

    /// <summary>Tells models apart by all that their predictions depend on: graph, weights, mean, anchors.</summary>
    private static string Digest(Model model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(model.Network.Head.AnchorAspect));
        hash.AppendData(MemoryMarshal.AsBytes(model.Network.Head.Pixels.Mean.AsSpan()));
        hash.AppendData(Encoding.UTF8.GetBytes(NetworkJson.Write(model.Network)));
        foreach (var parameter in model.Network.Parameters)
            hash.AppendData(MemoryMarshal.AsBytes(model.Weights[parameter.Name].Data.AsSpan()));

        foreach (var (node, map) in (model.Quantization?.Maps ?? FrozenDictionary<string, MapQuantization>.Empty).OrderBy(m => m.Key, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{node} {map.Scale} {map.Zero}")));

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class Forward(IProgress<(int Done, int Total)>? to) : IProgress<WiderProgress>
    {
        public void Report(WiderProgress value) => to?.Report((value.Done, value.Total));
    }
}
