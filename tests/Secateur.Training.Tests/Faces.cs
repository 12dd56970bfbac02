using System.Collections.Immutable;
using Secateur.Kernels;

namespace Secateur.Training.Tests;

/// <summary>Faces out of reference files.</summary>
internal static class Faces
{
    /// <summary>Rows of x1, y1, x2, y2 and whatever else.</summary>
    public static ImmutableArray<FaceBox> Of(Tensor rows) =>
        [.. Enumerable.Range(0, rows.Shape[0]).Select(i => rows.Data.AsSpan(i * rows.Shape[1], 4).ToArray()).Select(r => new FaceBox(r[0], r[1], r[2], r[3]))];
}
