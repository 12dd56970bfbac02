using System.Collections.Immutable;

namespace Secateur.WiderFace.Evaluation;

/// <summary>A face of the ground truth.</summary>
/// <param name="X">Left edge in pixels.</param>
/// <param name="Y">Top edge in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="CountsIn">The settings in which it has to be found; in the others it is ignored.</param>
public readonly record struct WiderGroundTruthFace(double X, double Y, double Width, double Height, WiderSettings CountsIn);

/// <summary>An image of the ground truth.</summary>
/// <param name="Name">Its identity.</param>
/// <param name="Faces">Its faces.</param>
public sealed record WiderGroundTruthImage(WiderImageName Name, ImmutableArray<WiderGroundTruthFace> Faces);
