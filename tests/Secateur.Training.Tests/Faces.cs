using System.Collections.Immutable;
using Secateur.Kernels;

namespace Secateur.Training.Tests;

/// <summary>Faces out of reference files.</summary>
internal static class Faces
{
    /// <summary>Rows of x1, y1, x2, y2 and whatever else.</summary>
    public static ImmutableArray<FaceBox> Of(Tensor rows) =>
        [.. rows.Data.Chunk(rows.Shape[1]).Select(row => new FaceBox(row[0], row[1], row[2], row[3]))];
}
