using System.CommandLine;
using System.Globalization;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Onnx.Import;
using Secateur.Pruning;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur import</c>: a PyTorch checkpoint or an ONNX file becomes a safetensors model file.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var source = CommonOptions.Argument<string>("FILE", "A .pth file, or for a split checkpoint any of its files or their common stem; or an ONNX file.");
        var output = CommonOptions.Out("The model file to write; FILE.safetensors in the current folder when not given.");
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
        var name = new Option<string?>("--name") { Description = "Of an ONNX file: what to call the network; the file's name when not given.", HelpName = "NAME" };
        var head = new Option<string?>("--head")
        {
            Description = "Of an ONNX file: a JSON file that says how the image is made of pixels and how maps become boxes, for detect and evaluate; see docs/onnx.md.",
            HelpName = "FILE",
        };
        var external = new Option<bool>("--external-data") { Description = "Of an ONNX file: read tensors that it keeps in other files of its folder." };
        var strict = new Option<bool>("--strict") { Description = "Refuse a file of which anything must be passed over, merged, multiplied, renamed or taken as nearly the same." };
        var force = CommonOptions.Force();
        var json = CommonOptions.Json();
        var command = new Command("import", """
            Turn a PyTorch checkpoint or an ONNX file into a safetensors model file. What wrappers, pruning tools and training scripts do to names and
            tensors of a checkpoint is undone, and said. Of an ONNX file the network ends with the last maps; what makes its results of them is kept,
            and export writes it again.

            Examples:
              secateur import ERES10_FPGM.pth
              secateur import eresfd_16.pth --out eresfd.safetensors --licence Apache-2.0
              secateur import model.pth --mask mask.pth
              secateur import detector.onnx --name detector --head head.json
            """) { source, output, architecture, aspect, licence, masks, name, head, external, strict, force, json };
        Option[] ofCheckpoints = [architecture, aspect, masks];
        Option[] ofOnnx = [name, head, external];
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(source)!;
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, "");
            CommonOptions.RequirePlace(target, parsed.GetValue(force), path, parsed.GetValue(masks) ?? path);
            var isOnnx = OnnxImporter.Recognizes(path);
            if (Array.Find(isOnnx ? ofCheckpoints : ofOnnx, parsed.CommandResult.IsGiven) is { } other)
                throw new UsageException($"{other.Name} is for {(isOnnx ? "checkpoints" : "ONNX files")}; {path} is {(isOnnx ? "an ONNX file" : "none")}");
            var options = new OnnxImportOptions { Name = parsed.GetValue(name), Head = parsed.GetValue(head), ReadsExternalData = parsed.GetValue(external) };
            if (options.Name is { } called && (called.Length == 0 || called.Any(c => !char.IsAsciiLetterOrDigit(c) && !"._-".Contains(c, StringComparison.Ordinal)) || Architectures.Find(called) is not null))
                throw new UsageException($"--name is '{called}', expected letters, digits, '.', '_' and '-', and no published network's name");
            var imported = isOnnx ? OnnxImporter.Import(path, options) : null;
            var (model, notes) = imported is null ? ModelFile.Load(path, parsed.GetValue(architecture), parsed.GetValue(masks)) : new LoadedModel(imported.Model, imported.Notes);
            var summary = string.Join("; ", notes);
            if (parsed.GetValue(strict) && notes.Length > 0) throw new InvalidFileException(path, $"--strict refuses what it would take to read it: {summary}");
            if (parsed.GetResult(aspect) is not null) model = model.With(model.Network.Head with { AnchorAspect = parsed.GetValue(aspect) });
            var info = imported is null ? model.Info.WithStep($"imported from {Path.GetFileName(path)}") : model.Info;
            model = model.With(info with { Licence = parsed.GetValue(licence) ?? info.Licence });
            ModelFile.Write(target, model);
            var statistics = PruningStatistics.Of(model);
            var anchorAspect = model.Network.Head.AnchorAspect;
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
                    outputs = imported is null ? null : model.Network.Outputs.Select(o => o.Name),
                    tail = imported?.Tail,
                });
                return;
            }

            var anchors = imported is null ? FormattableString.Invariant($", anchors {anchorAspect} times as high as wide") : "";
            Report.Line($"{target}: {model.Network.Architecture}, {Figures.Count(statistics.Parameters)} parameters, {Figures.Count(statistics.NonZeroParameters)} not zero{anchors}");
            if (imported is not null) PrintGraph(imported);
            if (notes.Length > 0) Report.Line($"{path}: {summary}");
        });
        return command;
    }

    /// <summary>Where the network ends, and what is behind it.</summary>
    private static void PrintGraph(ImportedModel imported)
    {
        var network = imported.Model.Network;
        var oneShot = network.Head is { Levels.IsEmpty: false, IsSsd: true } ? "" : ", in one shot or with --distill: there is no loss over labels";
        Report.Line($"  prune takes {network.PrunableLayers().Count()} of {network.Nodes.OfType<Conv2dNode>().DistinctBy(c => c.Layer).Count()} layers{oneShot}");
        var pixels = network.Head.Pixels;
        Report.Line(FormattableString.Invariant($"  takes pixels in the order {pixels.Order}, less the mean {string.Join(", ", pixels.Mean.Select(m => m.ToString(CultureInfo.InvariantCulture)))}; --head says otherwise, with levels or without"));
        foreach (var output in network.Outputs) Report.Line($"  gives {output.Name} [N, {network.ChannelsOf(output.Node)}, h, w]");
        if (!imported.Tail.IsEmpty)
            Report.Line($"  kept for export: {string.Join(", ", imported.Tail.CountBy(op => op).Select(op => op.Value == 1 ? op.Key : $"{op.Value} {op.Key}"))}");
    }
}
