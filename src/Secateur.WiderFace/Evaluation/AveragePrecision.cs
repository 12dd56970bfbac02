namespace Secateur.WiderFace.Evaluation;

/// <summary>Average precision by the all-points envelope (PASCAL VOC 2010 and later).</summary>
public static class AveragePrecision
{
    /// <summary>
    /// The area under the curve after every precision is raised to the largest one at the same or a higher recall; the last point's recall
    /// is where the curve ends.
    /// </summary>
    /// <param name="recall">Recall, not falling.</param>
    /// <param name="precision">Precision at each recall.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public static double OfCurve(ReadOnlySpan<double> recall, ReadOnlySpan<double> precision)
    {
        if (recall.Length != precision.Length) throw new ArgumentException($"{recall.Length} recalls, but {precision.Length} precisions");
        var (area, envelope) = (0.0, 0.0);
        for (var i = recall.Length - 1; i >= 0; i--)
        {
            envelope = Math.Max(envelope, precision[i]);
            area += (recall[i] - (i > 0 ? recall[i - 1] : 0)) * envelope;
        }
        return area;
    }
}
