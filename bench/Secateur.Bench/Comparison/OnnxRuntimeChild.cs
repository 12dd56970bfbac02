using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Secateur.Bench.Comparison;

/// <summary>
/// The peer of <c>compare</c>: one ONNX model in ONNX Runtime, in a process of its own, which runs when it is told to. Prints one JSON line when the
/// model has run a few times (version, peakBytes), then for every line "RUNS MILLISECONDS" on stdin the times of that many runs or more, until that
/// much time has passed (ms). Ends with stdin.
/// </summary>
internal static partial class OnnxRuntimeChild
{
    /// <summary>The command that starts it.</summary>
    public const string Verb = "onnxruntime-peer";

    private const int WarmUps = 5;
    private const int Uncounted = 2;
    private const string Status = "/proc/self/status";

    public static Command Create()
    {
        var file = new Argument<string>("MODEL");
        var sides = new Argument<int[]>("HEIGHT WIDTH THREADS") { Arity = new ArgumentArity(3, 3) };
        var command = new Command(Verb, "What compare starts.") { file, sides };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            try
            {
                var numbers = parsed.GetValue(sides)!;
                Run(parsed.GetValue(file)!, numbers[0], numbers[1], numbers[2]);
                return 0;
            }
            catch (OnnxRuntimeException error)
            {
                Console.Error.WriteLine(error.Message.Split('\n')[0]);
                return 1;
            }
        });
        return command;
    }

    private static void Run(string file, int height, int width, int threads)
    {
        var input = new float[3 * height * width];
        var random = new SeededRandom(1);
        for (var i = 0; i < input.Length; i++) input[i] = (float)((random.NextDouble() * 255) - 117);
        GC.Collect();
        ForgetPeak();
        var start = Memory("VmRSS");

        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        };
        using var session = new InferenceSession(file, options);
        using var value = OrtValue.CreateTensorValueFromMemory(input, [1, 3, height, width]);
        using var run = new RunOptions();
        for (var i = 0; i < WarmUps; i++) Once();
        Say(new { version = OrtEnv.Instance().GetVersionString(), peakBytes = Memory("VmHWM") - start });

        while (Console.In.ReadLine() is { } line)
        {
            var wanted = line.Split(' ');
            var (runs, atLeast) = (int.Parse(wanted[0], CultureInfo.InvariantCulture), double.Parse(wanted[1], CultureInfo.InvariantCulture));
            for (var i = 0; i < Uncounted; i++) Once();
            var ms = new List<double>();
            var begin = Stopwatch.GetTimestamp();
            while (ms.Count < runs || Stopwatch.GetElapsedTime(begin).TotalMilliseconds < atLeast)
            {
                var from = Stopwatch.GetTimestamp();
                Once();
                ms.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            }

            Say(new { ms });
        }

        void Once()
        {
            using var results = session.Run(run, session.InputNames, [value], session.OutputNames);
        }
    }

    private static void Say<T>(T value)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(value));
        Console.Out.Flush();
    }

    /// <summary>Bytes in memory: now (VmRSS), or the most since the last reset (VmHWM). Elsewhere than on Linux the most of all time.</summary>
    private static long Memory(string name)
    {
        if (!File.Exists(Status)) return Process.GetCurrentProcess().PeakWorkingSet64;
        return 1024 * long.Parse(Line().Matches(File.ReadAllText(Status)).First(m => m.Groups[1].Value == name).Groups[2].Value, CultureInfo.InvariantCulture);
    }

    private static void ForgetPeak()
    {
        if (File.Exists(Status)) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    [GeneratedRegex(@"^(\w+):\s+(\d+) kB", RegexOptions.Multiline)]
    private static partial Regex Line();
}
