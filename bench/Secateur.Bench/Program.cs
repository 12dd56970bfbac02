using System.CommandLine;
using Secateur.Bench.Comparison;
using Secateur.Bench.Detection;
using Secateur.Bench.Figures;
using Secateur.Bench.Inference;
using Secateur.Bench.Training;
using Secateur.Graph;

var root = new RootCommand("Measures Secateur, to see where time goes.")
{
    CompareCommand.Create(), DetectionCommand.Create(), FiguresCommand.Create(), LayersCommand.Create(), TrainingCommand.Create(),
};
try
{
    return root.Parse(args.Length == 0 ? ["--help"] : args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or NetworkException or FormatException or InvalidOperationException or DllNotFoundException or OutOfMemoryException)
{
    Console.Error.WriteLine($"bench: {error.Message}");
    return 1;
}
