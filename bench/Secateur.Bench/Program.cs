using System.CommandLine;
using Secateur.Bench.Comparison;
using Secateur.Bench.Detection;
using Secateur.Bench.Devices;
using Secateur.Bench.Figures;
using Secateur.Bench.Inference;
using Secateur.Bench.Load;
using Secateur.Bench.Ranks;
using Secateur.Bench.Startup;
using Secateur.Bench.Training;
using Secateur.Graph;

namespace Secateur.Bench;

/// <summary>The benchmarks' command line.</summary>
internal static class Program
{
    /// <summary>The argument with which the program does nothing: what <c>startup</c> compares with.</summary>
    public const string Nothing = "nothing";

    public static int Main(string[] args) => args is [Nothing] ? 0 : Run(args);

    private static int Run(string[] args)
    {
        var root = new RootCommand("Measures Secateur, to see where time goes.")
        {
            CompareCommand.Create(),
            DetectionCommand.Create(),
            DrawCommand.Create(),
            FiguresCommand.Create(),
            LayersCommand.Create(),
            LoadCommand.Create(),
            OnnxRuntimeChild.Create(),
            RanksCommand.Create(),
            StartupCommand.Create(),
            TrainingCommand.Create(),
        };
        try
        {
            return root.Parse(args.Length == 0 ? ["--help"] : args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NetworkException or FormatException or InvalidOperationException or OutOfMemoryException)
        {
            Console.Error.WriteLine($"bench: {error.Message}");
            return 1;
        }
    }
}
