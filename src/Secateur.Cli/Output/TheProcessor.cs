using System.Runtime.InteropServices;
using Secateur.Training.Runs;

namespace Secateur.Cli.Output;

/// <summary>The processor as a device among others.</summary>
internal static class TheProcessor
{
    private const string LinuxFile = "/proc/cpuinfo";

    /// <summary>How commands name it.</summary>
    public static string Name => TrainingBackend.Processor.Device;

    /// <summary>What its maker calls it, where the system tells without another program; else its kind.</summary>
    public static string Model => FromLinux() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Threads that it runs at the same time.</summary>
    public static int Threads => Environment.ProcessorCount;

    /// <summary>Bytes of memory that this process may take.</summary>
    public static long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string? FromLinux()
    {
        if (!File.Exists(LinuxFile)) return null;
        var line = File.ReadLines(LinuxFile).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
