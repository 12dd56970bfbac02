using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Models;
using Secateur.Pruning;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur import</c>: a PyTorch checkpoint becomes a safetensors model file.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var source = CommonOptions.Argument<string>("CHECKPOINT", "A .pth file, or for a split checkpoint any of its files or their common stem.");
        var output = CommonOptions.Out("The model file to write; CHECKPOINT.safetensors in the current folder when not given.");
        var architecture = CommonOptions.Architecture();
        var aspect = CommonOptions.Number<double>(
            "--anchor-aspect",
            "Height over width of the anchors that the weights were trained with; 1.25 for the five files of the official EResFD, else 1.",
            "RATIO",
            "a number between 0 and 100",
            r => r is > 0 and < 100);
        var licence = new Option<string?>("--licence") { Description = "The licence of the weights, kept in the model file.", HelpName = "TEXT" };
        var masks = new Option<string?>("--mask")
        {
            Description = "A file of masks that a pruning tool wrote beside the checkpoint (layer, then weight and bias): the weights are multiplied by them.",
            HelpName = "FILE",
        };
        var strict = new Option<bool>("--strict") { Description = "Refuse a checkpoint of which anything must be passed over, merged, multiplied or renamed." };
        var force = CommonOptions.Force();
        var json = CommonOptions.Json();
        var command = new Command("import", """
            Turn a PyTorch checkpoint into a safetensors model file. What wrappers, pruning tools and training scripts do to names and tensors is undone, and said.

            Examples:
              secateur import ERES10_FPGM.pth
              secateur import eresfd_16.pth --out eresfd.safetensors --licence Apache-2.0
              secateur import model.pth --mask mask.pth
            """) { source, output, architecture, aspect, licence, masks, strict, force, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(source)!;
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, "");
            CommonOptions.RequirePlace(target, parsed.GetValue(force), path, parsed.GetValue(masks) ?? path);
            var (model, notes) = ModelFile.Load(path, parsed.GetValue(architecture), parsed.GetValue(masks));
            var summary = string.Join("; ", notes);
            if (parsed.GetValue(strict) && notes.Length > 0) throw new InvalidFileException(path, $"--strict refuses what it would take to read it: {summary}");
            if (parsed.GetResult(aspect) is not null) model = model.With(model.Network.Head with { AnchorAspect = parsed.GetValue(aspect) });
            var info = model.Info.WithStep($"imported from {Path.GetFileName(path)}");
            model = model.With(info with { Licence = parsed.GetValue(licence) ?? info.Licence });
            ModelFile.Write(target, model);
            var anchorAspect = model.Network.Head.AnchorAspect;
            var statistics = PruningStatistics.Of(model);
            if (parsed.GetValue(json))
            {
                Report.Json(new
                {
                    model.Network.Architecture,
                    statistics.Parameters,
                    statistics.NonZeroParameters,
                    statistics.Sparsity,
                    anchorAspect,
                    output = target,
                    bytes = new FileInfo(target).Length,
                    notes,
                });
                return;
            }

            Report.Line($"{target}: {model.Network.Architecture}, {Figures.Count(statistics.Parameters)} parameters, "
                + $"{Figures.Count(statistics.NonZeroParameters)} not zero, anchors {FormattableString.Invariant($"{anchorAspect}")} times as high as wide");
            if (notes.Length > 0) Report.Line($"{path}: {summary}");
        });
        return command;
    }
}
