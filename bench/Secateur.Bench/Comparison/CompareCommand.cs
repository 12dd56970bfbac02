using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Secateur.Bench.Comparison;

/// <summary><c>compare</c>: the whole table, ours against ONNX Runtime.</summary>
internal static class CompareCommand
{
    private const int MostThreads = 256;

    private static readonly double[] UsualRates = [0.1, 0.2, 0.3, 0.4, 0.5];
    private static readonly int[] UsualThreads = [1, 2];

    private delegate bool Parser<T>(string text, out T value);

    public static Command Create()
    {
        var models = new Argument<string[]>("MODEL") { Description = "Model files or checkpoints, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var rates = List<double>("--rates", "Pruning rates for the originals, in percent. [default: 10,20,30,40,50]", "P,P...", IsRate, "percents above 0 and below 100");
        var sizes = List<MeasuredSize>(
            "--size",
            "Rows x columns of the input, such as 480x640; eresfd=120x160 for one network only. [default: 480x640,eresfd=120x160,eresfd=1080x1920]",
            "HxW,HxW...",
            MeasuredSize.TryParse,
            "rows x columns such as 480x640, or eresfd=120x160");
        var threads = List<int>("--threads", "Numbers of threads. [default: 1,2]", "N,N...", IsThreads, $"whole numbers from 1 to {MostThreads}");
        var rounds = Count("--rounds", "Rounds; in each, every model and ONNX Runtime take one turn.", 5);
        var runs = Count("--runs", "Runs of a turn, at least.", 5);
        var turn = Count("--turn", "Milliseconds of a turn, at least.", 200);
        turn.HelpName = "MS";
        var onnx = new Option<string[]>("--onnx")
        {
            Description = "The same network for ONNX Runtime, which has columns only with it: NAME is a model file's name without extension; PATH ends in _480x640.onnx, or contains {size} where its size stands.",
            HelpName = "NAME=PATH",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var results = new Option<string?>("--results") { Description = "Write DIR/CPU/DATE-TIME-COMMIT.json and .md.", HelpName = "DIR" };
        var command = new Command("compare", """
            Compare our latency with ONNX Runtime's: originals, masked and compacted models, in turns.

            Originals are pruned in one shot at every rate, and compacted; files that come pruned are compacted. Prints Markdown.

            Examples:
              compare ERES.pth --size 480x640 --rates 50 --rounds 1
              compare ERES.pth sfd_face.pth ERES50_FPGM.pth EXTD50_FPGM.pth --results bench/results \
                --onnx ERES=onnx/eresfd_{size}.onnx sfd_face=onnx/extd_{size}.onnx \
                       ERES50_FPGM=onnx/eresfd50_{size}.onnx EXTD50_FPGM=onnx/extd50_{size}.onnx
            """) { models, rates, sizes, threads, rounds, runs, turn, onnx, results };
        command.SetAction(parsed =>
        {
            var settings = new ComparisonSettings(
                SubjectFamily.FindFiles(parsed.GetValue(models)!),
                parsed.GetValue(rates) is { Length: > 0 } r ? r : UsualRates,
                parsed.GetValue(sizes) is { Length: > 0 } s ? s : MeasuredSize.Usual,
                parsed.GetValue(threads) is { Length: > 0 } t ? t : UsualThreads,
                new Effort(parsed.GetValue(rounds), parsed.GetValue(runs), parsed.GetValue(turn)),
                new OnnxFiles(parsed.GetValue(onnx)!));
            var result = new Comparer(settings, Console.Error.WriteLine).Run();
            var markdown = ComparisonTables.Report(result);
            Console.Out.Write(markdown);
            if (parsed.GetValue(results) is { } folder) Write(folder, result, markdown);
        });
        return command;
    }

    private static void Write(string folder, ComparisonResult result, string markdown)
    {
        var machine = result.Machine;
        var stem = Path.Combine(folder, machine.Id, string.Create(CultureInfo.InvariantCulture, $"{machine.Date:yyyy-MM-dd-HHmm}-{machine.Commit}"));
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        File.WriteAllText(stem + ".json", Report.ToJson(result) + "\n");
        File.WriteAllText(stem + ".md", markdown);
        Console.Error.WriteLine($"written: {stem}.json and .md");
    }

    private static Option<int> Count(string name, string description, int initial)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => initial };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !(int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var n) && n >= 1)) result.AddError($"{name} is '{result.Tokens[0].Value}'; expected a whole number from 1");
        });
        return option;
    }

    /// <summary>Values with commas or blanks between.</summary>
    private static Option<T[]> List<T>(string name, string description, string helpName, Parser<T> parser, string expected)
    {
        return new Option<T[]>(name)
        {
            Description = description,
            HelpName = helpName,
            AllowMultipleArgumentsPerToken = true,
            CustomParser = Parse,
        };

        T[] Parse(ArgumentResult result)
        {
            var values = new List<T>();
            foreach (var text in result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
            {
                if (parser(text, out var value)) values.Add(value);
                else result.AddError($"{name} has '{text}'; expected {expected}");
            }

            return [.. values.Distinct()];
        }
    }

    private static bool IsRate(string text, out double rate)
    {
        var parsed = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and < 100;
        rate = percent / 100;
        return parsed;
    }

    private static bool IsThreads(string text, out int count) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MostThreads;
}
