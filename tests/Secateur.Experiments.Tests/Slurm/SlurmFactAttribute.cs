using Xunit;

namespace Secateur.Experiments.Tests.Slurm;

/// <summary>A test that starts a Slurm of its own; skipped, saying why, where that cannot be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SlurmFactAttribute : FactAttribute
{
    private static readonly string[] Needed = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged", "/usr/bin/sbatch"];

    public SlurmFactAttribute() => Skip =
        Array.Find(Needed, program => !File.Exists(program)) is { } missing ? $"{missing} is missing: install Debian's slurm-wlm and munge"
        : Environment.UserName != "root" ? "only root can start Slurm"
        : null;
}
