using Secateur.Training;

namespace Secateur.Mpi;

/// <summary>The processes that mpirun started, of which this is one. There is one job in the life of a process.</summary>
public sealed class MpiJob : IDisposable
{
    private readonly MpiCollective _ranks;

    private MpiJob()
    {
        MpiLibrary.Initialize();
        _ranks = new MpiCollective(MpiLibrary.Rank(), MpiLibrary.Size());
    }

    /// <summary>What they do together.</summary>
    public Collective Ranks => _ranks;

    /// <summary>Joins the job that this process was started in; waits for the others.</summary>
    /// <returns>Null where it was started by itself.</returns>
    /// <exception cref="MpiException">Open MPI cannot be used, or the process was started by another MPI's launcher.</exception>
    public static MpiJob? Join()
    {
        MpiLauncher.RequireNoOther();
        return MpiLauncher.IsPresent ? new MpiJob() : null;
    }

    /// <summary>Ends all processes of the job at once, wherever they are. It does not return.</summary>
    /// <param name="code">The exit code of mpirun.</param>
    public static void Abort(int code)
    {
        MpiLibrary.Abort(code);
        Environment.Exit(code);
    }

    /// <summary>Leaves the job once all others do.</summary>
    public void Dispose() => MpiLibrary.Leave();
}
