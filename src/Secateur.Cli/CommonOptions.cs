using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Secateur.Models;
using Secateur.Weights;

namespace Secateur.Cli;

/// <summary>A size given as <c>HxW</c>.</summary>
internal readonly record struct ImageSize(int Height, int Width)
{
    public override string ToString() => $"{Height}x{Width}";
}

/// <summary>How an image is detected in.</summary>
internal enum DetectionProtocol
{
    /// <summary>One pass.</summary>
    Single,

    /// <summary>The multi-scale test with mirroring and box voting.</summary>
    MultiScale,
}

/// <summary>Options that several commands share, so that they are called and explained alike.</summary>
internal static class CommonOptions
{
    private const int LargestSide = 100_000;

    public static Argument<string> Model() => new("MODEL")
    {
        Description = "A safetensors file, or a PyTorch checkpoint (.pth) of EResFD or EXTD.",
    };

    public static Option<string> RequiredModel() => new("--model", "-m")
    {
        Description = "The model: a safetensors file, or a PyTorch checkpoint (.pth).",
        HelpName = "MODEL",
        Required = true,
    };

    public static Option<string?> Architecture()
    {
        var option = new Option<string?>("--arch") { Description = "The network that a checkpoint holds; guessed from its tensors when not given." };
        option.AcceptOnlyFromAmong([.. Architectures.Names]);
        return option;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on stdout, and nothing else there." };

    public static Option<string?> Out(string description) => new("--out", "-o") { Description = description, HelpName = "FILE" };

    public static Option<int> Threads(string description, int initial)
    {
        var option = new Option<int>("--threads") { Description = description, HelpName = "N", DefaultValueFactory = _ => initial };
        option.Validators.Add(AtLeastOne);
        return option;
    }

    public static Option<int> Count(string name, string description, int initial)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => initial };
        option.Validators.Add(AtLeastOne);
        return option;
    }

    public static Option<ImageSize> ImageSize() => new("--imgsz")
    {
        Description = "The input size, height x width.",
        HelpName = "HxW",
        DefaultValueFactory = _ => new ImageSize(480, 640),
        CustomParser = ParseSize,
    };

    public static Option<DetectionProtocol> Protocol()
    {
        var option = new Option<DetectionProtocol>("--protocol")
        {
            Description = "single: one pass; multi-scale: the WIDER FACE test with mirrored, shrunk and enlarged passes and box voting.",
            HelpName = "single|multi-scale",
            DefaultValueFactory = _ => DetectionProtocol.Single,
            CustomParser = result =>
            {
                foreach (var protocol in Enum.GetValues<DetectionProtocol>())
                {
                    if (result.Tokens[0].Value == NameOf(protocol)) return protocol;
                }

                result.AddError($"--protocol is '{result.Tokens[0].Value}'; expected single or multi-scale");
                return default;
            },
        };
        option.CompletionSources.Add([.. Enum.GetValues<DetectionProtocol>().Select(NameOf)]);
        return option;
    }

    /// <summary>The name of a protocol on the command line and in results.</summary>
    public static string NameOf(DetectionProtocol protocol) => protocol == DetectionProtocol.Single ? "single" : "multi-scale";

    /// <summary>Reads the model that the options name.</summary>
    public static Model ReadModel(this ParseResult result, Argument<string> model, Option<string?> architecture) =>
        ModelFile.Read(result.GetValue(model)!, result.GetValue(architecture));

    /// <summary>A default name in the current folder: the model's own name with a suffix.</summary>
    public static string DefaultOutput(string model, string suffix)
    {
        var name = Path.GetFileName(model);
        var stem = name.Contains(".pth", StringComparison.OrdinalIgnoreCase) ? name[..name.IndexOf(".pth", StringComparison.OrdinalIgnoreCase)] : Path.GetFileNameWithoutExtension(name);
        return $"{stem}{suffix}.safetensors";
    }

    /// <summary>Refuses to write over what is being read.</summary>
    /// <exception cref="UsageException">Both are the same file.</exception>
    public static void RequireDifferent(string input, string output)
    {
        if (Path.GetFullPath(input) == Path.GetFullPath(output)) throw new UsageException($"{output}: is the input itself; name another file with --out");
    }

    private static ImageSize ParseSize(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var parts = text.Split('x', 'X');
        if (parts.Length is 1 or 2 && TrySide(parts[0], out var height) && TrySide(parts[^1], out var width)) return new ImageSize(height, width);
        result.AddError($"--imgsz is '{text}'; expected HEIGHTxWIDTH in pixels, e.g. 480x640, or one number for a square");
        return default;

        static bool TrySide(string text, out int side) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is > 0 and <= LargestSide;
    }

    private static void AtLeastOne(OptionResult result)
    {
        if (result.Errors.Any() || result.Tokens.Count == 0) return;
        if (result.GetValueOrDefault<int>() < 1) result.AddError($"{result.IdentifierToken?.Value} is {result.Tokens[0].Value}; expected 1 or more");
    }
}
