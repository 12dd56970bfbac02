using Xunit;

namespace Secateur.Mpi.Tests;

/// <summary>A test that needs Open MPI's mpirun; skipped, saying why, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpirunFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(() => Mpirun.Version() switch
    {
        null => "there is no mpirun: install Open MPI to run this test, e.g. apt-get install openmpi-bin",
        var version when !version.Contains("Open MPI", StringComparison.Ordinal) => $"mpirun is not Open MPI's: {version}",
        _ => null,
    });

    public MpirunFactAttribute() => Skip = Reason.Value;
}
