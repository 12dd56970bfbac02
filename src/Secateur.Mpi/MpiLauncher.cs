using System.Globalization;

namespace Secateur.Mpi;

/// <summary>What the launcher of this process says about the job that it belongs to.</summary>
public static class MpiLauncher
{
    private const string SizeVariable = "OMPI_COMM_WORLD_SIZE";
    private const string RankVariable = "OMPI_COMM_WORLD_RANK";
    private const string LocalRankVariable = "OMPI_COMM_WORLD_LOCAL_RANK";

    // Set by MPICH's and Intel's launchers, and by srun for them.
    private const string OtherSizeVariable = "PMI_SIZE";

    // Set by srun --mpi=pmix, and by mpirun, too: Open MPI joins the job by it.
    private const string PmixRankVariable = "PMIX_RANK";

    /// <summary>Whether Open MPI's mpirun, or Slurm in its place, started this process.</summary>
    public static bool IsPresent => Number(SizeVariable) is not null || Number(PmixRankVariable) is not null;

    /// <summary>The number of this process among those that mpirun started, from 0; 0 without mpirun.</summary>
    public static int Rank => Number(RankVariable) ?? Number(PmixRankVariable) ?? 0;

    /// <summary>The number of this process among those of them on this machine, from 0; 0 without mpirun.</summary>
    public static int LocalRank => Number(LocalRankVariable) ?? 0;

    /// <summary>Refuses launchers whose processes would all do the same without knowing of each other.</summary>
    /// <exception cref="MpiException">Another MPI's launcher started several processes.</exception>
    public static void RequireNoOther()
    {
        if (!IsPresent && Number(OtherSizeVariable) is > 1 and var size)
            throw new MpiException($"{size} processes were started by the launcher of another MPI ({OtherSizeVariable} is set); start them with Open MPI's: mpirun.openmpi -n {size} ...");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
