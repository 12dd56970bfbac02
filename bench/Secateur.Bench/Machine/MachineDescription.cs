using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Secateur.Kernels.Simd;

namespace Secateur.Bench.Machine;

/// <summary>Where numbers were measured.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Id">A short name for files: of the processor, with family and model where the system tells them.</param>
/// <param name="Cores">Logical processors that this process may use.</param>
/// <param name="Caches">Of one core, e.g. "L2 1024K".</param>
/// <param name="VectorBits">The vectors that the kernels use.</param>
/// <param name="System">The operating system.</param>
/// <param name="DotNet">The .NET runtime.</param>
/// <param name="Commit">The repository's commit; "-changed" when files differ from it; "unknown" outside of a repository.</param>
/// <param name="Date">When, in UTC.</param>
internal sealed record MachineDescription(
    string Cpu,
    string Id,
    int Cores,
    ImmutableArray<string> Caches,
    int VectorBits,
    string System,
    string DotNet,
    string Commit,
    DateTime Date)
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string CacheFolder = "/sys/devices/system/cpu/cpu0/cache";

    /// <summary>Describes this machine.</summary>
    public static MachineDescription Describe(SimdLevel level)
    {
        var facts = CpuFacts();
        var name = facts.GetValueOrDefault("model name") ?? $"{RuntimeInformation.ProcessArchitecture} processor";
        var kind = facts.TryGetValue("cpu family", out var family) && facts.TryGetValue("model", out var model) ? $" family {family} model {model}" : "";
        return new MachineDescription(
            name + kind,
            Slug(name + kind),
            Environment.ProcessorCount,
            FindCaches(),
            (int)level,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            FindCommit(),
            DateTime.UtcNow);
    }

    /// <summary>Lower-case letters and digits, everything else one hyphen.</summary>
    public static string Slug(string text) =>
        string.Join('-', string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static Dictionary<string, string> CpuFacts()
    {
        if (!File.Exists(CpuInfo)) return [];
        return File.ReadLines(CpuInfo)
            .TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static ImmutableArray<string> FindCaches()
    {
        if (!Directory.Exists(CacheFolder)) return [];
        return
        [
            .. Directory.EnumerateDirectories(CacheFolder, "index*").Order(StringComparer.Ordinal)
                .Where(folder => Fact(folder, "type") != "Instruction")
                .Select(folder => $"L{Fact(folder, "level")} {Fact(folder, "size")}"),
        ];

        static string Fact(string folder, string name) => File.ReadAllText(Path.Combine(folder, name)).Trim();
    }

    private static string FindCommit()
    {
        var commit = Git("rev-parse --short=10 HEAD");
        if (commit is null) return "unknown";
        return string.IsNullOrEmpty(Git("status --porcelain --untracked-files=no")) ? commit : commit + "-changed";
    }

    /// <summary>What git prints; null when there is no git or no repository.</summary>
    private static string? Git(string arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = AppContext.BaseDirectory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : null;
        }
        catch (global::System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>One line a fact, for a report.</summary>
    public IEnumerable<string> Lines() =>
    [
        $"{Cpu}, {Cores} logical processors ({string.Join(", ", Caches)}), {VectorBits}-bit vectors",
        $"{System}, {DotNet}",
        string.Create(CultureInfo.InvariantCulture, $"commit {Commit}, {Date:yyyy-MM-dd HH:mm} UTC"),
    ];
}
