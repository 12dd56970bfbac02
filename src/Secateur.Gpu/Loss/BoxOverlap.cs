namespace Secateur.Gpu.Loss;

/// <summary>The overlap of a face and an anchor with the operations of the processor's matcher, bit for bit.</summary>
internal static class BoxOverlap
{
    /// <summary>Shared area over united area; 0 where they share no more than an edge.</summary>
    public static float Of(BoxEdges face, BoxEdges anchor)
    {
        if (anchor.Right <= face.Left || anchor.Left >= face.Right || anchor.Bottom <= face.Top || anchor.Top >= face.Bottom) return 0;
        var width = Least(face.Right, anchor.Right) - Greatest(face.Left, anchor.Left);
        var height = Least(face.Bottom, anchor.Bottom) - Greatest(face.Top, anchor.Top);
        var intersection = RoundedFloat.Product(width, height);
        return RoundedFloat.Quotient(intersection, face.Area + anchor.Area - intersection);
    }

    private static float Least(float a, float b) => a < b ? a : b;

    private static float Greatest(float a, float b) => a > b ? a : b;
}
