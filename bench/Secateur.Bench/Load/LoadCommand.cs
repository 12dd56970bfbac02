using System.CommandLine;
using Secateur.Pixels;

namespace Secateur.Bench.Load;

/// <summary><c>load</c>: what a server keeps of the detector's speed while a thousand clients, good and hostile, want something of it.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file." };
        var cli = new Option<string>("--cli") { Description = "The command's secateur.dll, as ./run builds it.", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine("artifacts", "cli", "secateur.dll") };
        var size = new Option<string>("--size") { Description = "Height x width of the pictures.", HelpName = "HxW", DefaultValueFactory = _ => "480x640" };
        var threads = new Option<int>("--threads") { Description = "Threads of the detector, in the server and alone.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        var clients = new Option<int>("--clients") { Description = "Clients at once.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        var hostile = new Option<double>("--hostile") { Description = "The share of clients that send damaged files, bombs, wrong types, a byte a second, or leave.", HelpName = "P", DefaultValueFactory = _ => 0.2 };
        var rounds = new Option<int>("--rounds") { Description = "Turns of the detector alone and the server.", HelpName = "N", DefaultValueFactory = _ => 3 };
        var seconds = new Option<double>("--seconds") { Description = "Length of the server's turn; the detector's is a third of it.", HelpName = "S", DefaultValueFactory = _ => 20 };
        var queue = new Option<int>("--queue") { Description = "Requests that may wait in the server; fewer than clients, and some are told to come again.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        var command = new Command("load", "Puts `secateur serve` under load on this machine, and by turns measures the detector alone.") { model, cli, size, threads, clients, hostile, rounds, seconds, queue };
        command.SetAction(async (parsed, _) =>
        {
            if (!ImageSize.TryParse(parsed.GetValue(size)!, out var imgsz)) throw new FormatException($"--size is '{parsed.GetValue(size)}'; expected HEIGHTxWIDTH");
            if (!File.Exists(parsed.GetValue(cli))) throw new FileNotFoundException($"{parsed.GetValue(cli)}: no such file; ./run --version builds it");
            var result = await LoadRun.RunAsync(new LoadSettings(
                parsed.GetValue(cli)!,
                parsed.GetValue(model)!,
                imgsz.Height,
                imgsz.Width,
                parsed.GetValue(threads),
                parsed.GetValue(clients),
                parsed.GetValue(hostile),
                parsed.GetValue(rounds),
                parsed.GetValue(seconds),
                ["--queue", $"{parsed.GetValue(queue)}"]));
            foreach (var line in LoadReport.Lines(result)) Console.WriteLine(line);
            return result.Log.Mistakes == 0 && result.ExitCode == 0 ? 0 : 1;
        });
        return command;
    }
}
