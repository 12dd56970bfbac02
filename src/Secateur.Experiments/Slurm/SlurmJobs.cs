using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Secateur.Experiments.Slurm;

/// <summary>Which Slurm job does which item, as <c>slurm.json</c> in the experiment's folder remembers.</summary>
/// <param name="Tasks">By item, the job, or of an array its element: <c>17</c> or <c>17_3</c>.</param>
public sealed partial record SlurmJobs(ImmutableSortedDictionary<string, string> Tasks)
{
    private const int MaxBytes = 1 << 24;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>What is remembered in a folder; null where nothing was submitted.</summary>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    public static SlurmJobs? Read(string folder)
    {
        var path = PathIn(folder);
        if (!File.Exists(path)) return null;
        try
        {
            var jobs = JsonSerializer.Deserialize(BoundedFile.ReadAllBytes(path, MaxBytes), SlurmJson.Default.SlurmJobs);

            // They become arguments of Slurm's commands.
            return jobs?.Tasks?.Values.All(t => t is not null && Task().IsMatch(t)) == true ? jobs : throw new InvalidFileException(path, "is damaged: expected elements of arrays such as 17_3");
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(path, $"is damaged: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    internal void Write(string folder) => AtomicFile.Write(PathIn(folder), stream => JsonSerializer.Serialize(stream, this, SlurmJson.Default.SlurmJobs));

    /// <summary>The jobs, without their elements.</summary>
    internal IEnumerable<string> Ids => Tasks.Values.Select(t => t.Split('_')[0]).Distinct();

    /// <summary>
    /// Where the items are that Slurm still knows: in the queue, or, where the cluster keeps accounts, how they ended. Others are not in it.
    /// </summary>
    /// <exception cref="InvalidOperationException">Slurm does not answer.</exception>
    public ImmutableDictionary<string, string> States()
    {
        var states = new Dictionary<string, string>();
        try
        {
            Add(SlurmTool.Run("sacct", "--noheader", "--parsable2", "--allocations", "--array", "--format=JobID,State", $"--jobs={string.Join(',', Ids)}"));
        }
        catch (InvalidOperationException)
        {
            // Many clusters keep no accounts; the queue alone must do.
        }

        Add(SlurmTool.Run("squeue", "--me", "--noheader", "--array", "--format=%i|%T|%r"));
        return Tasks.Where(t => states.ContainsKey(t.Value)).ToImmutableDictionary(t => t.Key, t => states[t.Value]);

        void Add(string lines)
        {
            foreach (var cells in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('|')).Where(c => c.Length > 1))
                states[cells[0]] = cells is [_, "PENDING", var reason] ? $"PENDING, {reason}" : cells[1];
        }
    }

    /// <summary>Takes all of them from the queue; those that run are stopped, which may take a while.</summary>
    /// <param name="cancellation">Stops waiting for them.</param>
    /// <exception cref="InvalidOperationException">Slurm does not answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Cancel(CancellationToken cancellation = default)
    {
        SlurmTool.Run("scancel", Ids);
        while (States().Values.Any(IsOpen))
        {
            cancellation.WaitHandle.WaitOne(Look);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether work in such a state has yet to end.</summary>
    public static bool IsOpen(string state) => state.StartsWith("PENDING", StringComparison.Ordinal) || state is "RUNNING" or "CONFIGURING" or "COMPLETING" or "SUSPENDED" or "REQUEUED";

    [GeneratedRegex("^[0-9]{1,9}_[0-9]{1,9}\\z")]
    private static partial Regex Task();

    private static string PathIn(string folder) => Path.Combine(folder, "slurm.json");
}
