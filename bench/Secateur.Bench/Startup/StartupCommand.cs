using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Secateur.Bench.Statistics;

namespace Secateur.Bench.Startup;

/// <summary><c>startup</c>: how long it takes from nothing to a first detection, beside a program that does nothing.</summary>
internal static class StartupCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file." };
        var photo = new Argument<string>("PHOTO") { Description = "A picture, e.g. of 640 x 480 pixels." };
        var cli = new Option<string>("--cli")
        {
            Description = "The command's secateur.dll, as ./run builds it.",
            HelpName = "FILE",
            DefaultValueFactory = _ => Path.Combine("artifacts", "cli", "secateur.dll"),
        };
        var runs = new Option<int>("--runs") { Description = "How often each program runs, by turns.", HelpName = "N", DefaultValueFactory = _ => 20 };
        var command = new Command("startup", "Starts the command, and a program that does nothing, again and again.") { model, photo, cli, runs };
        command.SetAction(parsed =>
        {
            var (file, picture, secateur) = (parsed.GetValue(model)!, parsed.GetValue(photo)!, parsed.GetValue(cli)!);
            if (!File.Exists(secateur)) throw new FileNotFoundException($"{secateur}: no such file; ./run --version builds it");
            (string Name, string[] Arguments)[] programs =
            [
                ("nothing", [typeof(StartupCommand).Assembly.Location, Program.Nothing]),
                ("secateur detect --help", [secateur, "detect", "--help"]),
                ("secateur detect, one thread", [secateur, "detect", picture, "--model", file, "--threads", "1"]),
                ("secateur detect", [secateur, "detect", picture, "--model", file]),
            ];
            var times = programs.Select(_ => new List<double>()).ToArray();
            for (var run = 0; run < parsed.GetValue(runs); run++)
            {
                for (var i = 0; i < programs.Length; i++) times[i].Add(Milliseconds(programs[i].Arguments));
            }

            var spreads = times.Select(Spread.Of).ToArray();
            var rows = programs.Select((program, i) => (string[])
            [
                program.Name, Text(spreads[i].Low), Text(spreads[i].Median), Text(spreads[i].Low - spreads[0].Low), Text(spreads[i].Median - spreads[0].Median),
            ]).ToArray();
            foreach (var line in MarkdownTable.Lines(1, ["program", "least ms", "median ms", "least beyond nothing", "median beyond nothing"], rows))
                Console.WriteLine(line);
        });
        return command;
    }

    private static string Text(double milliseconds) => milliseconds.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Runs a .NET program to its end.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    private static double Milliseconds(string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        var problem = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', arguments)} failed: {problem}");
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
