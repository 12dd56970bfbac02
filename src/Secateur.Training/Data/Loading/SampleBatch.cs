namespace Secateur.Training.Data.Loading;

/// <summary>The samples of one step.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Step">The step within the epoch, from 0.</param>
/// <param name="Samples">The samples; each has a face, if its image has labels.</param>
public sealed record SampleBatch(int Epoch, int Step, TrainingSample[] Samples);
