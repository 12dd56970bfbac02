using Secateur.Graph;

namespace Secateur.Execution;

/// <summary>The memory of this machine.</summary>
internal static class MachineMemory
{
    /// <summary>Refuses what does not fit. Linux promises memory that it does not have, and kills who uses it: better to ask first.</summary>
    /// <param name="bytes">What is needed.</param>
    /// <param name="what">Who needs it, for the message.</param>
    /// <param name="advice">What the user can do; may be empty.</param>
    /// <exception cref="NetworkException">There is less.</exception>
    public static void Require(long bytes, string what, string advice = "")
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes <= available) return;
        throw new NetworkException(FormattableString.Invariant($"{what} needs {bytes / 1e9:F1} GB of memory, this machine has {available / 1e9:F1} GB{advice}"));
    }
}
