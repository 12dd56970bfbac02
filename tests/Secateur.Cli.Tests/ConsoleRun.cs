using System.Text.Json;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>What a run of the command line gave.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">All of stdout.</param>
/// <param name="Error">All of stderr.</param>
internal sealed record ConsoleRun(int Code, string Out, string Error)
{
    /// <summary>The lines of stderr.</summary>
    public string[] Errors => Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs within this process.</summary>
    public static ConsoleRun Of(params string[] args)
    {
        var (oldOut, oldError) = (Console.Out, Console.Error);
        using var output = new StringWriter();
        using var error = new StringWriter();
        Console.SetOut(output);
        Console.SetError(error);
        try
        {
            var code = CommandLine.Run(args);
            return new ConsoleRun(code, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(oldOut);
            Console.SetError(oldError);
        }
    }

    /// <summary>Runs, and asserts that all went well.</summary>
    public static string Text(params string[] args)
    {
        var run = Of(args);
        Assert.True(run.Code == 0, $"exit code {run.Code}: {run.Error}");
        Assert.Empty(run.Error);
        return run.Out;
    }

    /// <summary>Runs with <c>--json</c>, and asserts that all went well and stdout holds one JSON document and nothing else.</summary>
    public static JsonElement Json(params string[] args)
    {
        using var document = JsonDocument.Parse(Text([.. args, "--json"]));
        return document.RootElement.Clone();
    }

    /// <summary>Runs, and asserts a failure before any work, told in one line that holds <paramref name="parts"/>, with nothing on stdout.</summary>
    public static ConsoleRun Fails(string[] args, params string[] parts)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var run = Of(args);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(run.Code is 1 or 2, $"exit code {run.Code}, stderr: {run.Error}");
        Assert.Empty(run.Out);
        var line = Assert.Single(run.Errors);
        Assert.StartsWith("secateur: ", line, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
        Assert.All(new[] { "Exception", "expected type", "Parameter '", "   at ", ".tmp" }, internals => Assert.DoesNotContain(internals, line, StringComparison.Ordinal));
        Assert.True(allocated < MostForFailure, $"allocated {allocated} bytes to fail");
        return run;
    }

    // A model of 92,000 parameters may be read, no more.
    private const long MostForFailure = 8_000_000;
}
