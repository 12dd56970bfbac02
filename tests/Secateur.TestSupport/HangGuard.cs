using System.Runtime.ExceptionServices;
using Xunit;

namespace Secateur.TestSupport;

/// <summary>Ends a test that would never end. It is no measure of speed: however busy a machine is, what does not hang takes less.</summary>
public static class HangGuard
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs on a thread of its own, and throws what it throws.</summary>
    /// <param name="action">What may hang.</param>
    /// <param name="stackSize">Bytes of the thread's stack; 0 for what is usual.</param>
    public static void Run(Action action, int stackSize = 0)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception error)
                {
                    failure = ExceptionDispatchInfo.Capture(error);
                }
            },
            stackSize)
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Limit), "hangs");
        failure?.Throw();
    }

    /// <summary>Waits for a task.</summary>
    public static Task WaitFor(Task task) => task.WaitAsync(Limit);

    /// <summary>Waits until something has happened.</summary>
    public static void Until(Func<bool> happened) => Assert.True(SpinWait.SpinUntil(happened, Limit), "hangs");

    /// <summary>Waits until all of the threads rest: none of them runs or spins.</summary>
    public static void UntilAllRest(IEnumerable<Thread> threads) => Until(() => threads.All(t => (t.ThreadState & ThreadState.WaitSleepJoin) != 0));
}
