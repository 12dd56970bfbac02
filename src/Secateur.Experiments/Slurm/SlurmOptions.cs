namespace Secateur.Experiments.Slurm;

/// <summary>What work asks of a cluster.</summary>
/// <param name="Partition">The partition; null for the cluster's default.</param>
/// <param name="Gpus">GPUs of an item, in the words of <c>sbatch --gpus</c>; null for none.</param>
/// <param name="Time">The time limit of an item, in the words of <c>sbatch --time</c>; null for the cluster's default.</param>
/// <param name="Threads">Processors of an item.</param>
public sealed record SlurmOptions(string? Partition, string? Gpus, string? Time, int Threads);
