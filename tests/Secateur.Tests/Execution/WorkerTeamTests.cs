using Secateur.Execution;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Execution;

public sealed unsafe class WorkerTeamTests
{
    private const int Size = 3;

    [Fact]
    public void Every_part_of_a_step_is_done_before_the_next_begins()
    {
        var done = new int[20];
        Run(Size, team =>
        {
            for (var run = 1; run <= 50; run++)
            {
                var finished = run * Size;
                team.Run([.. done.Select((_, i) => new Step(_ =>
                {
                    if (i > 0) Assert.Equal(finished, Volatile.Read(ref done[i - 1]));
                    Interlocked.Increment(ref done[i]);
                }))], null);
            }
        });
        Assert.All(done, count => Assert.Equal(50 * Size, count));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(Size, 0)]
    [InlineData(Size, 1)]
    [InlineData(Size, 2)]
    public void An_exception_on_any_thread_reaches_the_caller_and_the_next_run_is_whole(int size, int failing)
    {
        var (before, after, next) = (new int[size], new int[size], new int[size]);
        Run(size, team =>
        {
            var error = Assert.Throws<TimeZoneNotFoundException>(() => team.Run(
                [new Step(part => before[part]++), new Step(part => ThrowIf(part == failing)), new Step(part => after[part]++)], null));
            Assert.Contains(nameof(ThrowIf), error.StackTrace, StringComparison.Ordinal);
            team.Run([new Step(part => next[part]++), new Step(part => next[part]++)], null);
        });
        Assert.All(before, count => Assert.Equal(1, count));
        Assert.All(after, count => Assert.Equal(0, count));
        Assert.All(next, count => Assert.Equal(2, count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void After_an_exception_no_worker_spins(int failing)
    {
        var threads = new Thread[Size];
        Run(Size, team =>
        {
            Assert.Throws<TimeZoneNotFoundException>(() => team.Run([new Step(part => threads[part] = Thread.CurrentThread), new Step(part => ThrowIf(part == failing))], null));
            HangGuard.UntilAllRest(threads[1..]);
        });
        Assert.All(threads[1..], thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void Of_several_exceptions_one_is_thrown()
    {
        Run(Size, team =>
        {
            using var all = new Barrier(Size);
            for (var run = 0; run < 20; run++)
            {
                Assert.Throws<TimeZoneNotFoundException>(() => team.Run([new Step(_ =>
                {
                    all.SignalAndWait();
                    ThrowIf(true);
                })], null));
            }

            team.Run([new Step(_ => { })], null);
        });
    }

    /// <summary>Uses a team, and disposes of it, whatever happens.</summary>
    private static void Run(int size, Action<WorkerTeam> use) => HangGuard.Run(() =>
    {
        using var team = new WorkerTeam(size);
        use(team);
    });

    private static void ThrowIf(bool condition)
    {
        // Nothing else throws this.
        if (condition) throw new TimeZoneNotFoundException();
    }

    private sealed class Step(Action<int> run) : PlanStep("step")
    {
        public override void Run(float* memory, int part, int parts) => run(part);
    }
}
