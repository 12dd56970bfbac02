namespace Secateur.Training.Loss;

/// <summary>What an image adds to the loss of its batch, before the division.</summary>
/// <param name="Location">Smooth L1 of the boxes, summed.</param>
/// <param name="Confidence">Cross-entropy of the scores, summed.</param>
/// <param name="Positives">The anchors that learn a face.</param>
internal readonly record struct ImageSums(double Location, double Confidence, int Positives)
{
    /// <summary>Whether the sums are numbers.</summary>
    public bool IsFinite => double.IsFinite(Location) && double.IsFinite(Confidence);
}
