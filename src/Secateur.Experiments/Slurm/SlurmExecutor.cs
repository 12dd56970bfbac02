using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Secateur.Experiments.Jobs;
using Secateur.Training.Runs;

namespace Secateur.Experiments.Slurm;

/// <summary>
/// Submits work to Slurm: items of a group as one array, where an array's elements wait for those of another, or all for one job. Slurm does the rest;
/// this process need not live on.
/// </summary>
/// <param name="folder">Where scripts and logs go, and what was submitted is remembered; all machines see it under the same name.</param>
/// <param name="command">What does an item; all machines have it under the same name.</param>
/// <param name="options">What is asked of the cluster.</param>
public sealed class SlurmExecutor(string folder, HostCommand command, SlurmOptions options)
{
    private readonly string _scripts = Path.Combine(Path.GetFullPath(folder), "slurm");
    private readonly Dictionary<string, (string Array, int Index)> _submitted = [];

    /// <summary>Submits all items that are neither done nor in the queue.</summary>
    /// <param name="items">The items, each after those that it needs.</param>
    /// <returns>How many were submitted.</returns>
    /// <exception cref="InvalidOperationException">Slurm refuses or does not answer; what was submitted before stays so.</exception>
    /// <exception cref="IOException">A script cannot be written.</exception>
    public int Submit(IReadOnlyList<WorkItem> items)
    {
        Directory.CreateDirectory(_scripts);
        using var held = FolderLock.Take(_scripts);
        var known = SlurmJobs.Read(folder) ?? new SlurmJobs(ImmutableSortedDictionary<string, string>.Empty);
        var queued = known.States().Where(s => SlurmJobs.IsOpen(s.Value)).Select(s => s.Key).ToHashSet();
        foreach (var id in queued) _submitted[id] = Split(known.Tasks[id]);
        var open = items.Where(i => !i.IsDone && !queued.Contains(i.Id)).ToList();
        var depths = new Dictionary<string, int>();
        foreach (var item in items) depths[item.Id] = item.Needs.Select(n => depths[n] + 1).Append(0).Max();
        try
        {
            foreach (var array in open.GroupBy(i => i.Group).OrderBy(g => g.Max(i => depths[i.Id])).SelectMany(g => Arrays([.. g])))
            {
                foreach (var (item, task) in SubmitArray(array)) known = known with { Tasks = known.Tasks.SetItem(item, task) };
                known.Write(folder);
            }
        }
        catch (InvalidOperationException error) when (_submitted.Count > queued.Count)
        {
            throw new InvalidOperationException($"{error.Message} ({_submitted.Count - queued.Count} of {open.Count} are in the queue already: cancel them, or try the rest again)", error);
        }

        return open.Count;
    }

    private static (string Array, int Index) Split(string task)
    {
        var parts = task.Split('_');
        return (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private sealed record ItemArray(ImmutableArray<(int Index, WorkItem Item)> Elements, string Dependency);

    /// <summary>Items that one array can hold: each waits for the element of the same number of another array, or all wait for the same.</summary>
    private IEnumerable<ItemArray> Arrays(IReadOnlyList<WorkItem> group)
    {
        foreach (var row in group.GroupBy(i => Unmet(i) is [var only] ? _submitted[only].Array : ""))
        {
            var corresponds = row.Key.Length > 0 && row.DistinctBy(i => Unmet(i)[0]).Count() == row.Count() && !row.Any(i => i.TakesFailures);
            if (corresponds)
            {
                yield return new ItemArray([.. row.Select(i => (_submitted[Unmet(i)[0]].Index, i))], $"aftercorr:{row.Key}");
                continue;
            }

            foreach (var same in row.GroupBy(i => string.Join(':', Unmet(i).Select(Task))))
            {
                var kind = same.First().TakesFailures ? "afterany" : "afterok";
                yield return new ItemArray([.. same.Select((item, index) => (index, item))], same.Key.Length == 0 ? "" : $"{kind}:{same.Key}");
            }
        }

        string Task(string id) => string.Create(CultureInfo.InvariantCulture, $"{_submitted[id].Array}_{_submitted[id].Index}");
    }

    private string[] Unmet(WorkItem item) => [.. item.Needs.Where(_submitted.ContainsKey)];

    private IEnumerable<(string Item, string Task)> SubmitArray(ItemArray array)
    {
        var (first, name) = (array.Elements[0].Item, $"{array.Elements[0].Item.Group}-{Guid.NewGuid():N}"[..^24]);
        var lines = array.Elements.ToDictionary(e => e.Index, e => Line(e.Item));
        var script = Path.Combine(_scripts, name + ".sh");
        var text = new StringBuilder("#!/bin/sh\ncase \"$SLURM_ARRAY_TASK_ID\" in\n");
        foreach (var (index, line) in lines) text.Append(CultureInfo.InvariantCulture, $"{index}) exec {line} ;;\n");
        AtomicFile.Write(script, stream => stream.Write(Encoding.UTF8.GetBytes(text.Append("esac\nexit 1\n").ToString())));
        List<string> arguments =
        [
            "--parsable",
            $"--job-name=secateur-{first.Group}",
            $"--array={string.Join(',', lines.Keys.Order())}",
            $"--output={Path.Combine(_scripts.Replace("%", "%%", StringComparison.Ordinal), "%A_%a.log")}",
            string.Create(CultureInfo.InvariantCulture, $"--cpus-per-task={options.Threads}"),
        ];
        if (array.Dependency.Length > 0) arguments.AddRange([$"--dependency={array.Dependency}", "--kill-on-invalid-dep=yes"]);
        if (options.Partition is { } partition) arguments.Add($"--partition={partition}");
        if (options.Gpus is { } gpus) arguments.Add($"--gpus={gpus}");
        if (options.Time is { } time) arguments.Add($"--time={time}");
        if (first.IsTimed) arguments.Add("--exclusive");
        var id = SlurmTool.Run("sbatch", [.. arguments, script]).Trim().Split(';')[0];
        foreach (var (index, item) in array.Elements)
        {
            _submitted[item.Id] = (id, index);
            yield return (item.Id, string.Create(CultureInfo.InvariantCulture, $"{id}_{index}"));
        }
    }

    private string Line(WorkItem item) => string.Join(' ', new[] { command.Program }.Concat(command.Arguments).Concat(item.Arguments).Select(Quote));

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
