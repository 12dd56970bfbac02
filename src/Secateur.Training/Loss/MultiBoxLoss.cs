using System.Collections.Immutable;

namespace Secateur.Training.Loss;

/// <summary>
/// The multi-box loss of SSD (ECCV 2016, equations 1 to 3) with S3FD's matching: smooth L1 on the boxes of positive anchors and softmax
/// cross-entropy on the scores of positives and of three hard negatives each, both summed over the batch and divided by the number of positives.
/// The result does not depend on the number of threads, nor on that of the processes that share a batch. Not for several callers at once.
/// </summary>
public sealed class MultiBoxLoss
{
    private readonly AnchorGrid _anchors;
    private readonly ParallelOptions _parallel;
    private readonly Collective _ranks;
    private readonly List<ImageLoss> _images = [];

    /// <summary>Prepares for the anchors of a network and an input size.</summary>
    /// <param name="anchors">The anchors.</param>
    /// <param name="threads">Images worked on at once, the caller's included.</param>
    /// <param name="ranks">The processes that share each batch, all of which compute its loss at the same time, each from its images; null for one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not positive.</exception>
    public MultiBoxLoss(AnchorGrid anchors, int threads = 1, Collective? ranks = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        (_anchors, _ranks) = (anchors, ranks ?? Collective.Alone);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>The loss alone, for validation.</summary>
    /// <param name="locations">Encoded boxes, [N, A, 4]; may hold more images than <paramref name="faces"/> names.</param>
    /// <param name="scores">Background and face logits, [N, A, 2].</param>
    /// <param name="faces">The faces of each image.</param>
    /// <exception cref="ArgumentException">An array is too short, there is no image, or a face has no area or is not finite.</exception>
    public MultiBoxResult Compute(float[] locations, float[] scores, IReadOnlyList<ImmutableArray<FaceBox>> faces) =>
        Sum(_ranks.Join<ImageSums>(SumsOf(locations, scores, faces)));

    /// <summary>The loss and its gradients.</summary>
    /// <param name="locations">Encoded boxes, [N, A, 4]; may hold more images than <paramref name="faces"/> names.</param>
    /// <param name="scores">Background and face logits, [N, A, 2].</param>
    /// <param name="faces">The faces of each image.</param>
    /// <param name="locationGradients">As <paramref name="locations"/>; overwritten, with zeros for the images that <paramref name="faces"/> does not name.</param>
    /// <param name="scoreGradients">As <paramref name="scores"/>; overwritten likewise.</param>
    /// <exception cref="ArgumentException">
    /// An array is too short or the gradients are of another length than the values, there is no image, or a face has no area or is not finite.
    /// </exception>
    public MultiBoxResult Compute(
        float[] locations,
        float[] scores,
        IReadOnlyList<ImmutableArray<FaceBox>> faces,
        float[] locationGradients,
        float[] scoreGradients)
    {
        CheckGradients(locationGradients, locations, nameof(locationGradients));
        CheckGradients(scoreGradients, scores, nameof(scoreGradients));
        return Sum(_ranks.Join<ImageSums>(Run(locations, scores, faces, locationGradients, scoreGradients)));
    }

    /// <summary>What each image adds to the loss of its batch; of this process's images alone.</summary>
    internal ImageSums[] SumsOf(float[] locations, float[] scores, IReadOnlyList<ImmutableArray<FaceBox>> faces) => Run(locations, scores, faces, [], []);

    /// <summary>Refuses faces that nothing can learn.</summary>
    /// <exception cref="ArgumentException">A face has no area or is not finite.</exception>
    internal static void CheckFaces(IReadOnlyList<ImmutableArray<FaceBox>> faces)
    {
        for (var n = 0; n < faces.Count; n++)
        {
            foreach (var face in faces[n].AsSpan())
            {
                var isFinite = float.IsFinite(face.X1) && float.IsFinite(face.Y1) && float.IsFinite(face.X2) && float.IsFinite(face.Y2);
                if (!isFinite || face.X2 <= face.X1 || face.Y2 <= face.Y1)
                    throw new ArgumentException($"image {n} of the batch has a face without area or finite corners: {face}", nameof(faces));
            }
        }
    }

    /// <summary>In the order of the images, whichever thread was quicker.</summary>
    internal static MultiBoxResult Sum(ReadOnlySpan<ImageSums> images)
    {
        var (location, confidence, positives) = (0.0, 0.0, 0);
        var broken = ImmutableArray.CreateBuilder<int>();
        for (var n = 0; n < images.Length; n++)
        {
            location += images[n].Location;
            confidence += images[n].Confidence;
            positives += images[n].Positives;
            if (!images[n].IsFinite) broken.Add(n);
        }

        double divisor = positives > 0 ? positives : images.Length;
        return new MultiBoxResult(location / divisor, confidence / divisor, positives, broken.ToImmutable());
    }

    private ImageSums[] Run(
        float[] locations,
        float[] scores,
        IReadOnlyList<ImmutableArray<FaceBox>> faces,
        float[] locationGradients,
        float[] scoreGradients)
    {
        var count = faces.Count;
        if (count == 0) throw new ArgumentException("a batch needs an image", nameof(faces));
        var (boxLength, scoreLength) = (4 * _anchors.Count, 2 * _anchors.Count);
        CheckLength(locations, boxLength, count, nameof(locations));
        CheckLength(scores, scoreLength, count, nameof(scores));
        CheckFaces(faces);
        while (_images.Count < count) _images.Add(new ImageLoss(_anchors));

        ForEachImage(count, n => _images[n].Match(faces[n].AsSpan()));
        var divisor = locationGradients.Length > 0 ? Divisor(count) : 1;
        ForEachImage(count, n => _images[n].Compute(
            faces[n].AsSpan(),
            locations.AsSpan(n * boxLength, boxLength),
            scores.AsSpan(n * scoreLength, scoreLength),
            divisor,
            locationGradients.Length == 0 ? [] : locationGradients.AsSpan(n * boxLength, boxLength),
            scoreGradients.Length == 0 ? [] : scoreGradients.AsSpan(n * scoreLength, scoreLength)));
        if (locationGradients.Length > 0)
        {
            locationGradients.AsSpan(count * boxLength).Clear();
            scoreGradients.AsSpan(count * scoreLength).Clear();
        }

        return [.. _images.Take(count).Select(i => i.Sums)];
    }

    /// <summary>That of the whole batch, so that all its images must be matched.</summary>
    private double Divisor(int count)
    {
        var images = _ranks.Join([.. _images.Take(count).Select(i => i.Positives)]);
        var positives = images.Sum();
        return positives > 0 ? positives : images.Length;
    }

    private void ForEachImage(int count, Action<int> work)
    {
        if (_parallel.MaxDegreeOfParallelism == 1)
        {
            for (var n = 0; n < count; n++) work(n);
            return;
        }

        Parallel.For(0, count, _parallel, work);
    }

    private static void CheckLength(float[] values, int perImage, int images, string name)
    {
        if (values.Length < (long)perImage * images)
            throw new ArgumentException($"{images} images need {(long)perImage * images} values, got {values.Length}", name);
    }

    private static void CheckGradients(float[] gradients, float[] values, string name)
    {
        if (gradients.Length != values.Length) throw new ArgumentException($"expected {values.Length} gradients, got {gradients.Length}", name);
    }
}
