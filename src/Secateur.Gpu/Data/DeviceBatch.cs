using System.Collections.Immutable;

namespace Secateur.Gpu.Data;

/// <summary>The samples of one step.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Step">The step within the epoch, from 0.</param>
/// <param name="Samples">The samples.</param>
internal sealed record DeviceBatch(int Epoch, int Step, ImmutableArray<DeviceSample> Samples);
