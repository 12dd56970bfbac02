namespace Secateur.Training.Loss;

/// <summary>The loss of one image of the batch, with the memory that it needs.</summary>
internal sealed class ImageLoss(AnchorGrid anchors)
{
    private readonly AnchorMatcher _matcher = new(anchors);
    private readonly HardNegativeMining _mining = new(anchors.Count);
    private double _location;
    private double _confidence;

    /// <summary>The anchors that learn a face.</summary>
    public int Positives => _matcher.Positives.Count;

    /// <summary>What it adds to the batch's loss.</summary>
    public ImageSums Sums => new(_location, _confidence, Positives);

    /// <summary>Matches the image's faces, which have finite corners and an area.</summary>
    public void Match(ReadOnlySpan<FaceBox> faces) => _matcher.Match(faces);

    /// <summary>Sums the loss; where gradients are wanted, sets those of all anchors, divided by <paramref name="divisor"/>.</summary>
    /// <param name="faces">The faces that were matched.</param>
    /// <param name="locations">[A, 4].</param>
    /// <param name="scores">[A, 2].</param>
    /// <param name="divisor">What the batch's sums are divided by.</param>
    /// <param name="locationGradients">[A, 4], or empty.</param>
    /// <param name="scoreGradients">[A, 2], or empty.</param>
    public void Compute(
        ReadOnlySpan<FaceBox> faces,
        ReadOnlySpan<float> locations,
        ReadOnlySpan<float> scores,
        double divisor,
        Span<float> locationGradients,
        Span<float> scoreGradients)
    {
        (_location, _confidence) = (0, 0);
        locationGradients.Clear();
        scoreGradients.Clear();
        foreach (var anchor in _matcher.Positives)
        {
            AddBox(faces[_matcher.Faces[anchor]], anchor, locations, divisor, locationGradients);
            AddScore(anchor, isFace: true, scores, divisor, scoreGradients);
        }

        foreach (var anchor in _mining.Select(scores, _matcher.IsPositive, Positives)) AddScore(anchor, isFace: false, scores, divisor, scoreGradients);
    }

    /// <summary>Smooth L1 with beta 1: half the square up to 1, then linear.</summary>
    private void AddBox(FaceBox face, int anchor, ReadOnlySpan<float> locations, double divisor, Span<float> gradients)
    {
        Span<float> target = stackalloc float[4];
        BoxEncoder.Encode(face, anchors[anchor], anchors.Variances, target);
        for (var c = 0; c < target.Length; c++)
        {
            var difference = (double)locations[(4 * anchor) + c] - target[c];
            var size = Math.Abs(difference);
            _location += size < 1 ? 0.5 * difference * difference : size - 0.5;
            if (!gradients.IsEmpty) gradients[(4 * anchor) + c] = (float)(Math.Clamp(difference, -1, 1) / divisor);
        }
    }

    /// <summary>Softmax cross-entropy of two classes: log(1 + exp(margin of the wrong one)), written so that nothing overflows.</summary>
    private void AddScore(int anchor, bool isFace, ReadOnlySpan<float> scores, double divisor, Span<float> gradients)
    {
        var (background, face) = (2 * anchor, (2 * anchor) + 1);
        var margin = (double)scores[face] - scores[background];
        if (isFace) margin = -margin;
        var small = Math.Exp(-Math.Abs(margin));
        _confidence += Math.Max(margin, 0) + Math.Log(1 + small);
        if (gradients.IsEmpty) return;
        var wrong = (margin > 0 ? 1 : small) / (1 + small) / divisor;
        gradients[face] = (float)(isFace ? -wrong : wrong);
        gradients[background] = -gradients[face];
    }
}
