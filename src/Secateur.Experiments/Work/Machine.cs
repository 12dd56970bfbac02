using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Secateur.Experiments.Work;

/// <summary>What times depend on, in a word.</summary>
internal static class Machine
{
    private const string Information = "/proc/cpuinfo";

    /// <summary>The processor's name where the system tells it, and the width of its vectors.</summary>
    public static string Describe()
    {
        var bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        return FormattableString.Invariant($"{Name() ?? RuntimeInformation.ProcessArchitecture.ToString()}, vectors of {bits} bits");
    }

    private static string? Name()
    {
        try
        {
            var line = File.ReadLines(Information).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
