using System.CommandLine;
using System.CommandLine.Invocation;
using Secateur.Cli.Commands;
using Secateur.Cli.Commands.Pruning;
using Secateur.Cli.Options;
using Secateur.Cli.Output;

namespace Secateur.Cli;

/// <summary>The command line: parses, runs, and turns every foreseeable failure into one line on stderr and a non-zero exit code.</summary>
internal static class CommandLine
{
    // After Ctrl-C: images and training steps in work are finished, so that a later --resume goes on from there.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The commands by name, in the order in which the help lists them.</summary>
    internal static OrderedDictionary<string, Func<Command>> Commands { get; } = new()
    {
        ["demo"] = DemoCommand.Create,
        ["import"] = ImportCommand.Create,
        ["inspect"] = InspectCommand.Create,
        ["train"] = TrainCommand.Create,
        ["sensitivity"] = SensitivityCommand.Create,
        ["prune"] = PruneCommand.Create,
        ["compact"] = CompactCommand.Create,
        ["quantize"] = QuantizeCommand.Create,
        ["export"] = ExportCommand.Create,
        ["forward"] = ForwardCommand.Create,
        ["detect"] = DetectCommand.Create,
        ["models"] = ModelsCommand.Create,
        ["serve"] = ServeCommand.Create,
        ["evaluate"] = EvaluateCommand.Create,
        ["bench"] = BenchCommand.Create,
        ["experiment"] = ExperimentCommand.Create,
        ["devices"] = DevicesCommand.Create,
        ["data"] = DataCommand.Create,
        ["scene"] = SceneCommand.Create,
    };

    /// <summary>Reads arguments, without doing anything.</summary>
    public static ParseResult Parse(IReadOnlyList<string> args)
    {
        var root = new RootCommand("Secateur prunes lightweight face detectors, compacts them exactly, runs and evaluates them.");

        // One command starts faster than all of them.
        if (args is [var name, ..] && Commands.TryGetValue(name, out var named)) root.Add(named());
        else foreach (var create in Commands.Values) root.Add(create());

        // No response files: a file may be called @photo.jpg.
        return root.Parse(args.Count == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    /// <summary>Runs a command.</summary>
    /// <returns>The exit code: 0, 1 when it failed, 2 when it was called wrongly, 130 when it was cancelled.</returns>
    public static int Run(IReadOnlyList<string> args)
    {
        var parsed = Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            var path = string.Join(' ', Path(parsed.CommandResult).Append("--help"));
            var problem = parsed.UnmatchedTokens is [var unknown, ..] ? $"{unknown}: no such command or option{Suggestion.For(unknown, parsed.CommandResult.Command)}" : parsed.Errors[0].Message;
            return Fail(ExitCode.WrongUsage, $"{problem} (see {path})");
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Patience });
        }
        catch (Exception error)
        {
            var failure = Failure.Of(error);
            return Fail(failure.Code, failure.Message);
        }
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = result; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            names.Insert(0, command.Command is RootCommand ? "secateur" : command.Command.Name);
        return names;
    }

    private static int Fail(int code, string message)
    {
        SharedCommand.LetTheFirstTell();
        Problem.Write(message);
        return code;
    }
}
