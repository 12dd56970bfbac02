namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Rows of a convolution that one task handles.</summary>
/// <param name="Start">First output row.</param>
/// <param name="End">One past the last.</param>
/// <param name="InputStart">First row of input phases: input rows Stride * InputStart ...; every input row falls to one band.</param>
/// <param name="InputEnd">One past the last.</param>
internal readonly record struct Band(int Start, int End, int InputStart, int InputEnd);

/// <summary>What one task handles: a band of a group of an image.</summary>
internal readonly record struct ConvTask(int Image, int Group, Band Band);
