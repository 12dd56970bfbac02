using Secateur.Gpu.Devices;
using Xunit;

namespace Secateur.Mpi.Tests;

/// <summary>A test that needs Open MPI's mpirun; skipped, saying why, where something is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpirunFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(() => Mpirun.Version() switch
    {
        null => "there is no mpirun: install Open MPI to run this test, e.g. apt-get install openmpi-bin",
        var version when !version.Contains("Open MPI", StringComparison.Ordinal) => $"mpirun is not Open MPI's: {version}",
        _ => null,
    });

    private static readonly Lazy<string?> NoOpenCl = new(() => DeviceList.Find(DeviceKind.OpenCl) switch
    {
        [] => DeviceList.WhyNone(DeviceKind.OpenCl),
        var devices => devices.All(d => d.Problem is not null) ? devices[0].Problem : null,
    });

    public MpirunFactAttribute() => Skip = Reason.Value;

    /// <summary>Whether it needs an OpenCL device, too.</summary>
    public bool NeedsOpenCl
    {
        get;
        set
        {
            field = value;
            if (value) Skip ??= NoOpenCl.Value;
        }
    }
}
