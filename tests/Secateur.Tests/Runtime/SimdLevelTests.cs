using System.Diagnostics;
using System.Globalization;
using Secateur.Kernels.Simd;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>The switches that choose the vector width, each in a process of its own: the width changes, the results do not.</summary>
public class SimdLevelTests
{
    private static readonly Lazy<SimdLevel> Widest = new(() => Enum.Parse<SimdLevel>(Probe([]).Output[0]));

    [Theory]
    [InlineData("128", SimdLevel.Vector128)]
    [InlineData("256", SimdLevel.Vector256)]
    [InlineData("512", SimdLevel.Vector512)]
    public void The_variable_forces_a_width(string bits, SimdLevel expected) => CheckForward([(SimdLevels.Variable, bits)], expected);

    [Theory]
    [InlineData("DOTNET_EnableAVX512", SimdLevel.Vector256)]
    [InlineData("DOTNET_EnableAVX2", SimdLevel.Vector128)]
    [InlineData("DOTNET_EnableHWIntrinsic", SimdLevel.Vector128)]
    public void A_machine_without_wide_vectors_uses_what_it_has(string missing, SimdLevel widest) =>
        CheckForward([(missing, "0")], (SimdLevel)Math.Min((int)widest, (int)Widest.Value));

    [Theory]
    [InlineData("64")]
    [InlineData("wide")]
    public void Another_width_is_an_error(string bits)
    {
        var (exitCode, _, error) = Probe([(SimdLevels.Variable, bits)]);
        Assert.NotEqual(0, exitCode);
        Assert.Contains($"SECATEUR_SIMD is '{bits}'; expected 128, 256 or 512", error, StringComparison.Ordinal);
    }

    private static void CheckForward((string Name, string Value)[] environment, SimdLevel expected)
    {
        var (exitCode, output, error) = Probe(environment);
        Assert.True(exitCode == 0, error);
        Assert.Equal(expected.ToString(), output[0]);
        var values = output.Skip(1).Select(line => float.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        var here = SimdProbe.Forward().ToArray();
        Assert.Equal(here.Length, values.Length);
        var largest = here.Max(Math.Abs);
        Assert.All(here.Zip(values), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-5 * largest));
    }

    /// <summary>Starts <see cref="SimdProbe"/> with other environment variables.</summary>
    internal static (int ExitCode, string[] Output, string Error) Probe((string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(SimdProbe).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove(SimdLevels.Variable);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries), error.GetAwaiter().GetResult());
    }
}
