using Secateur.TestSupport;
using Xunit;

namespace Secateur.Video.Tests;

public sealed class OverlapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Results_keep_the_order_and_no_more_than_allowed_are_ahead(int parallel)
    {
        var (given, taken, mostAhead, working, mostWorking) = (0, 0, 0, 0, 0);
        var numbers = new List<int>();
        foreach (var number in Source().SelectAhead(parallel, Work))
        {
            // One that is given out, and those ahead of it.
            mostAhead = Math.Max(mostAhead, Volatile.Read(ref given) - taken);
            numbers.Add(number);
            taken++;
        }

        Assert.Equal(Enumerable.Range(0, 60), numbers);
        Assert.InRange(mostAhead, 1, parallel + 1);
        Assert.InRange(mostWorking, 1, parallel);

        IEnumerable<int> Source()
        {
            for (var i = 0; i < 60; i++)
            {
                Interlocked.Increment(ref given);
                yield return i;
            }
        }

        int Work(int number)
        {
            var now = Interlocked.Increment(ref working);
            InterlockedMax(ref mostWorking, now);
            Thread.Sleep(number % 3);
            Interlocked.Decrement(ref working);
            return number;
        }
    }

    /// <summary>Each waits for the other: one after another they would never end.</summary>
    [Fact]
    public void Items_are_worked_on_at_the_same_time() => HangGuard.Run(() =>
    {
        using var together = new Barrier(2);
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 4).SelectAhead(2, i =>
        {
            together.SignalAndWait();
            return i;
        }));
    });

    [Fact]
    public void What_the_work_throws_comes_out_after_the_results_before_it()
    {
        var got = new List<int>();
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var i in Enumerable.Range(0, 10).SelectAhead(3, i => i == 4 ? throw new InvalidDataException("four") : i)) got.Add(i);
        });
        Assert.Equal("four", error.Message);
        Assert.Equal([0, 1, 2, 3], got);
    }

    [Fact]
    public void What_the_source_throws_comes_out_after_all_results()
    {
        var got = new List<int>();
        Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var i in Source().SelectAhead(2, i => i)) got.Add(i);
        });
        Assert.Equal([0, 1, 2], got);

        static IEnumerable<int> Source()
        {
            for (var i = 0; i < 3; i++) yield return i;
            throw new InvalidDataException("the source");
        }
    }

    [Fact]
    public void Whoever_leaves_early_leaves_nothing_running() => HangGuard.Run(() =>
    {
        var (working, isDisposed) = (0, false);
        Assert.Equal(0, Source().SelectAhead(4, i =>
        {
            Interlocked.Increment(ref working);
            Thread.Sleep(20);
            Interlocked.Decrement(ref working);
            return i;
        }).First());
        Assert.Equal(0, working);
        Assert.True(isDisposed);

        IEnumerable<int> Source()
        {
            try
            {
                for (var i = 0; ; i++) yield return i;
            }
            finally
            {
                isDisposed = true;
            }
        }
    });

    private static void InterlockedMax(ref int place, int value)
    {
        for (var old = place; old < value;) old = Interlocked.CompareExchange(ref place, value, old) is var seen && seen == old ? value : seen;
    }
}
