using System.Threading.Channels;

namespace Secateur.Video;

/// <summary>Stages that work at the same time.</summary>
public static class Overlap
{
    /// <summary>
    /// The same as <c>Select</c>, but ahead of who takes the results: the source is read on a thread of its own, and some items are worked on at the same
    /// time. Results keep the order of the source; no more than <paramref name="parallel"/> are ahead, so memory stays bounded.
    /// </summary>
    /// <param name="source">The items; read by one thread, one after another.</param>
    /// <param name="parallel">Items in work at the same time, and results that wait, together.</param>
    /// <param name="work">What is done with an item; called from several threads.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parallel"/> is not positive.</exception>
    /// <remarks>What the source or the work throws comes out where its result would have. Whoever leaves early waits for what is in work.</remarks>
    public static IEnumerable<TResult> SelectAhead<T, TResult>(this IEnumerable<T> source, int parallel, Func<T, TResult> work)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parallel);
        return Run(source, parallel, work);
    }

    private static IEnumerable<TResult> Run<T, TResult>(IEnumerable<T> source, int parallel, Func<T, TResult> work)
    {
        var channel = Channel.CreateBounded<Task<TResult>>(new BoundedChannelOptions(parallel) { SingleReader = true, SingleWriter = true });
        var producer = Task.Factory.StartNew(() => Produce(source, channel.Writer, work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            // A result leaves the channel when it is there: until then it counts as one in work.
            while (channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                if (!channel.Reader.TryPeek(out var next)) continue;
                var result = next.GetAwaiter().GetResult();
                channel.Reader.TryRead(out _);
                yield return result;
            }
        }
        finally
        {
            channel.Writer.TryComplete();
            producer.Wait();
            while (channel.Reader.TryRead(out var left)) WaitFor(left);
        }
    }

    private static void Produce<T, TResult>(IEnumerable<T> source, ChannelWriter<Task<TResult>> results, Func<T, TResult> work)
    {
        try
        {
            using var items = source.GetEnumerator();

            // Room first, then the item: who reads a source ahead would hold more than is allowed.
            while (results.WaitToWriteAsync().AsTask().GetAwaiter().GetResult() && items.MoveNext())
            {
                var item = items.Current;
                var result = Task.Run(() => work(item));
                if (results.TryWrite(result)) continue;
                WaitFor(result);
                break;
            }

            results.TryComplete();
        }
        catch (Exception error)
        {
            results.TryComplete(error);
        }
    }

    /// <summary>Waits for the end of work whose result, or error, nobody wants any more.</summary>
    private static void WaitFor(Task work) => ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
}
