using System.Runtime.ExceptionServices;

namespace Secateur.Training.Evaluation;

/// <summary>Work on many images with several threads.</summary>
internal static class ParallelImages
{
    /// <summary>Does <paramref name="work"/> for 0 to <paramref name="count"/> - 1; an exception of one is thrown as it is.</summary>
    /// <param name="count">How many.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="work">What is done; from several threads at once.</param>
    /// <param name="cancellation">Stops between two.</param>
    public static void For(int count, int threads, Action<int> work, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, count, options, work);
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }
}
