using System.Collections.Immutable;
using Secateur.Pixels;

namespace Secateur.Training;

/// <summary>One image ready to train on, at the network's input size.</summary>
/// <param name="Image">The pixels, 8-bit RGB; the mean is not subtracted yet.</param>
/// <param name="Faces">Its faces; at least one where they are trained on.</param>
/// <param name="Name">Where it came from, for messages.</param>
public sealed record TrainingSample(RgbImage Image, ImmutableArray<FaceBox> Faces, string Name);
