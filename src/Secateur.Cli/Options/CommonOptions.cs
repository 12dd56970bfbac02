using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Secateur.Cli.Output;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Weights;
using Secateur.Zoo;

namespace Secateur.Cli.Options;

/// <summary>Options that several commands share, so that they are called and explained alike.</summary>
internal static class CommonOptions
{
    /// <summary>The protocol of one pass.</summary>
    public const string Single = "single";

    /// <summary>The protocol of the WIDER FACE evaluation: several scales, mirroring, box voting.</summary>
    public const string MultiScale = "multi-scale";

    public static Argument<string> Model() => Argument<string>("MODEL", $"The model: {ModelSource.Description}.");

    /// <summary>An argument that takes no misspelt option for a value.</summary>
    public static Argument<T> Argument<T>(string name, string description)
    {
        var argument = new Argument<T>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            var option = result.Tokens.FirstOrDefault(t => t.Value.StartsWith('-') && t.Value != ImageInput.Stdin && !Path.Exists(t.Value));
            if (option is null) return;
            var suggestion = result.Parent is CommandResult { Command: var command } ? Suggestion.For(option.Value, command) : "";
            result.AddError($"{option.Value}: no such option, nor such a file{suggestion}");
        });
        return argument;
    }

    public static Option<string> ModelOption() => new("--model", "-m")
    {
        Description = $"The model: {ModelSource.Description}.",
        HelpName = "MODEL",
        DefaultValueFactory = _ => ModelZoo.Default,
    };

    public static Option<string?> Architecture() =>
        Choice("--arch", "The network that a checkpoint holds; guessed from its tensors when not given.", Architectures.Names);

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on stdout, and nothing else there." };

    public static Option<string?> Out(string description) => new("--out", "-o") { Description = description, HelpName = "FILE" };

    public static Option<int> Threads(string description, int initial)
    {
        var option = Number<int>("--threads", description, "N", "1 or more", n => n >= 1, initial);
        var parse = option.CustomParser!;
        option.CustomParser = result =>
        {
            var (wanted, there) = (parse(result), Environment.ProcessorCount);
            if (wanted > there) Report.Remark($"--threads {wanted}: this machine has {there} processors, so {there}");
            return Math.Min(wanted, there);
        };
        return option;
    }

    public static Option<int> Count(string name, string description, int initial, int most = 1_000_000) =>
        Number<int>(name, description, "N", $"from 1 to {most}", n => n >= 1 && n <= most, initial);

    /// <summary>An option whose value is a number that <paramref name="holds"/>; <paramref name="expected"/> says so in words.</summary>
    public static Option<T> Number<T>(string name, string description, string helpName, string expected, Func<T, bool> holds, T? initial = null)
        where T : struct, INumber<T>
    {
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && holds(value)) return value;
                result.AddError($"{name} is '{text}'; expected {expected}");
                return default;
            },
        };
        if (initial is { } known) option.DefaultValueFactory = _ => known;
        return option;
    }

    /// <summary>An option whose value is one of some names.</summary>
    public static Option<string?> Choice(string name, string description, IReadOnlyList<string> names, string? initial = null)
    {
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (names.Contains(text)) return text;
                result.AddError($"{name} is '{text}'; expected one of {string.Join(", ", names)}");
                return null;
            },
        };
        option.CompletionSources.Add([.. names]);
        if (initial is not null) option.DefaultValueFactory = _ => initial;
        return option;
    }

    public static Option<ImageSize> ImageSize() => new("--imgsz")
    {
        Description = "The input size, height x width.",
        HelpName = "HxW",
        DefaultValueFactory = _ => new ImageSize(480, 640),
        CustomParser = ParseSize,
    };

    public static Option<float> Confidence() => Number<float>(
        "--conf",
        "Faces must score above this, 0 to 1. Below 0.05, where WIDER FACE is evaluated, nearly everything more is background.",
        "P",
        "at least 0 and less than 1",
        p => p is >= 0 and < 1,
        DetectorOptions.Default.Confidence);

    public static Option<float> Iou() => Number<float>(
        "--iou", "Of two boxes that overlap by more than this, the weaker goes.", "P", "more than 0, at most 1", p => p is > 0 and <= 1, DetectorOptions.Default.Iou);

    public static Option<int> MaxDetections() => Count(
        "--max-det", $"Faces per image at most, the best ones; {DetectorOptions.Default.MaxDetections} as in WIDER FACE's evaluation.", DetectorOptions.Default.MaxDetections);

    public static Option<string?> Protocol() => Choice(
        "--protocol",
        "single: one pass; multi-scale: the WIDER FACE test with mirrored, shrunk and enlarged passes and box voting.",
        [Single, MultiScale],
        Single);

    /// <summary>Whether the user gave an option, rather than leaving it to its default.</summary>
    public static bool IsGiven(this SymbolResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>Runs on another thread, so that Ctrl-C is listened to meanwhile: it cancels the token.</summary>
    public static void SetCancellableAction(this Command command, Func<ParseResult, CancellationToken, int> action) =>
        command.SetAction((parsed, cancellation) => Task.Run(() => action(parsed, cancellation), CancellationToken.None));

    /// <summary>Reads the model that the options name.</summary>
    public static Model ReadModel(this ParseResult result, Argument<string> model, Option<string?> architecture) =>
        ModelSource.Read(result.GetValue(model)!, result.GetValue(architecture));

    /// <summary>Reads the model that the options name, to change its weights.</summary>
    /// <exception cref="UsageException">It is quantized: what was rounded is lost.</exception>
    public static Model ReadFloats(this ParseResult result, Argument<string> model, Option<string?> architecture)
    {
        var read = result.ReadModel(model, architecture);
        return read.Quantization is null ? read : throw new UsageException($"{result.GetValue(model)}: is quantized; give the model that it was made of");
    }

    /// <summary>A default name in the current folder: the model's own name with a suffix.</summary>
    public static string DefaultOutput(string model, string suffix, string extension = ".safetensors") => Stem(model) + suffix + extension;

    /// <summary>A model file's name without folder and ending.</summary>
    public static string Stem(string model)
    {
        var name = Path.GetFileName(model);
        var at = name.IndexOf(".pth", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? Path.GetFileNameWithoutExtension(name) : name[..at];
    }

    public static Option<bool> Force() => new("--force") { Description = "Replace the file of --out where there is one." };

    /// <summary>Makes sure, before any work, that a file can be written without touching what is being read, or what is there.</summary>
    /// <param name="output">The file.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <param name="inputs">Files that are read; never replaced.</param>
    /// <exception cref="UsageException">It is one of the inputs or a folder, its folder does not exist, or it is there already.</exception>
    public static void RequirePlace(string output, bool replace, params ReadOnlySpan<string> inputs)
    {
        if (output.Length == 0) throw new UsageException("the name of the file to write is empty");
        var target = Path.GetFullPath(output);
        foreach (var input in inputs)
        {
            if (WeightFile.FilesOf(input).Any(file => RealPath.Same(file, output))) throw new UsageException($"{output}: is the input itself; name another file with --out");
        }

        if (Directory.Exists(target)) throw new UsageException($"{output}: is a folder; name a file with --out");
        if (!replace && Path.Exists(target)) throw new UsageException($"{output}: exists already; name another file with --out, or replace it with --force");
        if (Path.GetDirectoryName(target) is { } folder && !Directory.Exists(folder)) throw new UsageException($"{output}: there is no folder {folder}");
    }

    /// <summary>Reads a size of <c>--imgsz</c>.</summary>
    public static ImageSize ParseSize(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Pixels.ImageSize.TryParse(text, out var size) || Pixels.ImageSize.TryParse($"{text}x{text}", out size))
        {
            if ((long)size.Height * size.Width <= ImageReadOptions.Default.MaxPixels) return size;
            result.AddError($"--imgsz is '{text}'; expected at most {ImageReadOptions.Default.MaxPixels} pixels");
            return default;
        }

        result.AddError($"--imgsz is '{text}'; expected HEIGHTxWIDTH in pixels, e.g. 480x640, or one number for a square");
        return default;
    }
}
