using Secateur.Server.Work;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Server.Tests.Work;

public sealed class WorkQueueTests
{
    [Fact]
    public async Task Work_is_done_by_as_many_threads_as_there_are()
    {
        using var queue = new WorkQueue(3, 10);
        using var all = new Barrier(3);
        var work = Enumerable.Range(0, 3).Select(i => queue.TryRun(() => all.SignalAndWait(TimeSpan.FromMinutes(5)) ? i : -1, CancellationToken.None)!);
        Assert.Equal(Enumerable.Range(0, 3), await Task.WhenAll(work));
        HangGuard.Until(() => queue is { Waiting: 0, Running: 0 });
    }

    [Fact]
    public async Task No_more_wait_than_may()
    {
        using var queue = new WorkQueue(1, 2);
        using var gate = new ManualResetEventSlim();
        var first = queue.TryRun(() => gate.Wait(TimeSpan.FromMinutes(5)), CancellationToken.None)!;
        HangGuard.Until(() => queue.Running == 1);
        var waiting = new[] { queue.TryRun(() => 1, CancellationToken.None)!, queue.TryRun(() => 2, CancellationToken.None)! };
        Assert.True(queue.IsFull);
        Assert.Null(queue.TryRun(() => 3, CancellationToken.None));
        Assert.InRange(queue.RetryAfter, 1, 60);
        gate.Set();
        Assert.True(await first);
        Assert.Equal((1, 2), (await waiting[0], await waiting[1]));
        Assert.Equal(4, await queue.TryRun(() => 4, CancellationToken.None)!);
    }

    [Fact]
    public async Task What_is_cancelled_leaves_the_line_at_once_and_is_never_done()
    {
        using var queue = new WorkQueue(1, 1);
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var first = queue.TryRun(() => gate.Wait(TimeSpan.FromMinutes(5)), CancellationToken.None)!;
        HangGuard.Until(() => queue.Running == 1);
        var done = false;
        var dropped = queue.TryRun(() => done = true, cancellation.Token)!;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped);
        var next = queue.TryRun(() => 2, CancellationToken.None);
        Assert.NotNull(next);
        gate.Set();
        Assert.Equal((true, 2, false), (await first, await next, done));
    }

    [Fact]
    public async Task What_has_begun_is_finished_though_nobody_waits()
    {
        using var queue = new WorkQueue(1, 1);
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var done = false;
        var left = queue.TryRun(() => done = gate.Wait(TimeSpan.FromMinutes(5)), cancellation.Token)!;
        HangGuard.Until(() => queue.Running == 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.Set();
        HangGuard.Until(() => queue.Running == 0);
        Assert.True(done);
    }

    [Fact]
    public async Task What_fails_fails_alone()
    {
        using var queue = new WorkQueue(1, 2);
        await Assert.ThrowsAsync<InvalidDataException>(() => queue.TryRun<int>(() => throw new InvalidDataException("no"), CancellationToken.None)!);
        Assert.Equal(1, await queue.TryRun(() => 1, CancellationToken.None)!);
    }
}
