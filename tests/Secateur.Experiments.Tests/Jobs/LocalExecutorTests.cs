using System.Collections.Immutable;
using Secateur.Experiments.Jobs;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Experiments.Tests.Jobs;

public sealed class LocalExecutorTests : IDisposable
{
    // $1: the item's folder, $2: what to do there. The times of begin and end stand in the common log.
    private const string Script = """
        mkdir -p "$1"; log=$(dirname "$1")/log; name=$(basename "$1")
        echo "+$name" >>"$log"
        case $2 in
          done) echo '{}' >"$1/result.json" ;;
          slow) sleep 0.2; echo "-$name" >>"$log"; echo '{}' >"$1/result.json" ;;
          error) printf 'no paper' >"$1/error.txt"; exit 1 ;;
          crash) echo 'out of ink' >&2; exit 3 ;;
          wait) cat >/dev/null; echo "-$name" >>"$log"; exit 130 ;;
        esac
        """;

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void What_fails_stops_nothing_but_what_needs_it()
    {
        var ended = new List<EndedItem>();
        ImmutableArray<WorkItem> items =
        [
            Item("a", "done"), Item("b", "error", "a"), Item("c", "crash", "a"), Item("d", "done", "b"), Item("e", "done", "d"), Item("f", "done", "a"),
            Item("g", "done", "a", "b", "c", "d", "e", "f") with { TakesFailures = true },
        ];
        Assert.False(Executor(ended: ended.Add).Run(items));
        Assert.Equal(["a", "b", "c", "f", "g"], ended.Select(e => e.Item.Id));
        Assert.Equal([JobState.Done, JobState.Failed, JobState.Failed, JobState.Done, JobState.Done], ended.Select(e => e.State));
        Assert.Equal("no paper", ended[1].Problem);
        Assert.Equal("the process ended with exit code 3: out of ink", ended[2].Problem);
    }

    [Fact]
    public void What_is_done_is_not_done_again_but_what_failed_is_tried_again()
    {
        ImmutableArray<WorkItem> items = [Item("a", "done"), Item("b", "crash"), Item("c", "done", "a") with { Repeats = true }];
        Assert.False(Executor().Run(items));
        ImmutableArray<WorkItem> better = [items[0], Item("b", "done"), items[2]];
        Assert.True(Executor().Run(better));
        Assert.Equal(["+a", "+b", "+c", "+b", "+c"], Log);
    }

    [Fact]
    public void No_more_work_at_the_same_time_than_asked_for_and_timed_work_alone()
    {
        ImmutableArray<WorkItem> items = [.. Enumerable.Range(0, 6).Select(i => Item($"w{i}", "slow")), Item("timed", "slow") with { IsTimed = true }, Item("last", "slow")];
        Assert.True(Executor(parallel: 2).Run(items));
        var (working, most) = (new HashSet<string>(), 0);
        foreach (var line in Log)
        {
            if (line[0] == '-') working.Remove(line[1..]);
            else working.Add(line[1..]);
            most = Math.Max(most, working.Count);
            if (working.Contains("timed")) Assert.Single(working);
        }

        Assert.Equal(2, most);
    }

    [Fact]
    public void Cancelled_work_gets_the_end_of_its_stdin_and_is_no_failure()
    {
        using var cancel = new CancellationTokenSource();
        ImmutableArray<WorkItem> items = [Item("a", "wait"), Item("b", "done", "a")];
        var executor = Executor(working: _ =>
        {
            if (Log.Length > 0) cancel.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => executor.Run(items, cancel.Token));
        Assert.Equal(["+a", "-a"], Log);
        Assert.Equal((JobState.Stopped, JobState.Waiting), (items[0].Folder.State(), items[1].Folder.State()));
    }

    [Fact]
    public void Work_that_another_process_holds_is_running()
    {
        var item = Item("a", "done");
        item.Folder.Do(_ =>
        {
            Assert.Equal(JobState.Running, item.Folder.State());
            Assert.Throws<IOException>(() => item.Folder.Do(_ => Assert.Fail("twice")));
        });
        Assert.Equal(JobState.Stopped, item.Folder.State());
        Assert.Throws<InvalidOperationException>(() => item.Folder.Do(_ => throw new InvalidOperationException("no ink")));
        Assert.Equal((JobState.Failed, "no ink"), (item.Folder.State(), item.Folder.ReadError()));
    }

    [Fact]
    public async Task Work_that_another_process_does_is_waited_for()
    {
        var (item, next) = (Item("a", "crash"), Item("b", "done", "a"));
        using var free = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        var other = Task.Run(() => item.Folder.Do(_ =>
        {
            held.Set();
            free.Wait();
            File.WriteAllText(item.Folder.Result, "{}");
        }));
        held.Wait();
        var waited = new List<string>();
        var executor = Executor(working: work =>
        {
            waited.AddRange(work.Select(w => w.Id));
            free.Set();
        });
        Assert.True(await Task.Run(() => executor.Run([item, next])));
        await other;
        Assert.Equal("a", waited[0]);
        Assert.Equal(["+b"], Log);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_its_own_work_alone()
    {
        var ended = new List<EndedItem>();
        _temporary.Write("a", "a file where a folder should be");
        Assert.False(Executor(ended: ended.Add).Run([Item("a", "crash"), Item("b", "done")]));
        Assert.Equal([JobState.Failed, JobState.Done], ended.Select(e => e.State));
        Assert.StartsWith("the process ended with exit code", ended[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_done_again_and_fails_is_no_longer_done()
    {
        var item = Item("a", "done");
        item.Folder.Do(_ => File.WriteAllText(item.Folder.Result, "{}"));
        item.Folder.Do(_ => Assert.Fail("it is done"));
        Assert.Throws<IOException>(() => item.Folder.Do(_ => throw new IOException("no paper"), repeats: true));
        Assert.Equal(JobState.Failed, item.Folder.State());
    }

    private string[] Log => File.Exists(_temporary.PathOf("log")) ? File.ReadAllLines(_temporary.PathOf("log")) : [];

    private WorkItem Item(string id, string what, params string[] needs) =>
        new(id, "test", new JobFolder(_temporary.PathOf(id)), [_temporary.PathOf(id), what], [.. needs]);

    private LocalExecutor Executor(int parallel = 1, Action<EndedItem>? ended = null, Action<IReadOnlyList<WorkItem>>? working = null) =>
        new(new HostCommand("sh", [_temporary.Write("work.sh", Script)])) { Parallel = parallel, Ended = ended, Working = working };
}
