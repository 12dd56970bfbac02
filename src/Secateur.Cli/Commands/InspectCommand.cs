using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Pixels;
using Secateur.Pruning;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur inspect</c>: what a model is made of.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var size = CommonOptions.ImageSize();
        var passes = new Option<bool>("--passes") { Description = "Show instead what each pass of compaction and of loading makes of the model." };
        var json = CommonOptions.Json();
        var command = new Command("inspect", """
            Show a model's layers, shapes, parameters, dead filters and multiply-adds.

            Examples:
              secateur inspect eresfd-50
              secateur inspect ERES50_FPGM.pth
              secateur inspect model.safetensors --imgsz 240x320 --json
              secateur inspect pruned.safetensors --passes
            """) { source, architecture, size, passes, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(source)!;
            var model = parsed.ReadModel(source, architecture);
            var imgsz = parsed.GetValue(size);
            if (parsed.GetValue(passes))
            {
                PassTable.Print(model, imgsz, parsed.GetValue(json));
                return;
            }

            var statistics = PruningStatistics.Of(model);
            var macs = NetworkCosts.CountMacs(model.Network, imgsz.Height, imgsz.Width);
            var bytes = ModelSource.CountBytes(path);
            var layers = Layers(model, imgsz);
            if (parsed.GetValue(json))
            {
                Report.Json(new
                {
                    model.Network.Architecture,
                    statistics.Parameters,
                    statistics.NonZeroParameters,
                    statistics.Sparsity,
                    statistics.Filters,
                    statistics.ZeroFilters,
                    statistics.DeadFilters,
                    macs,
                    bytes,
                    imgsz = new[] { imgsz.Height, imgsz.Width },
                    model.Network.Head.AnchorAspect,
                    model.Info.Licence,
                    model.Info.Provenance,
                    model.Info.KeptFilters,
                    quantization = model.Quantization is { } q ? new { integerLayers = q.WeightScales.Count, byteMaps = q.Maps.Count } : null,
                    layers,
                });
                return;
            }

            Report.Table(
                ["layer", "weight", "stride", "output", "parameters", "dead filters", "MACs"],
                [.. layers.Select(l => (IReadOnlyList<string>)
                [
                    l.Uses == 1 ? l.Name : $"{l.Name} (used {l.Uses} times)",
                    string.Join('x', l.Weight),
                    $"{l.Stride}",
                    string.Join(' ', l.Outputs.Select(o => string.Join('x', o))),
                    Figures.Count(l.Parameters),
                    $"{l.DeadFilters}/{l.Filters}",
                    Figures.Count(l.Macs),
                ])]);
            Report.Line();
            Report.Line($"architecture    {model.Network.Architecture}");
            var sparse = statistics.ZeroFilters > 0 ? $" ({Figures.Percent(statistics.Sparsity)} sparse)" : "";
            Report.Line($"parameters      {Figures.Count(statistics.Parameters)}, {Figures.Count(statistics.NonZeroParameters)} not zero{sparse}");
            Report.Line($"filters         {statistics.Filters}, {statistics.ZeroFilters} all zero, {statistics.DeadFilters} dead: "
                + $"all weights under {DeadFilters.Threshold:0e-0} (heads not counted)");
            Report.Line($"multiply-adds   {Figures.Giga(macs)} G at {imgsz}");
            Report.Line($"file            {Figures.Count(bytes)} bytes");
            if (model.Quantization is { } quantization)
                Report.Line($"integers        weights of 8 bits in {quantization.WeightScales.Count} of {layers.Count} layers, {quantization.Maps.Count} maps of bytes");
            if (model.Info.Licence is { } licence) Report.Line($"licence         {licence}");
            foreach (var step in model.Info.Provenance) Report.Line($"provenance      {step}");
        });
        return command;
    }

    private static List<Layer> Layers(Model model, ImageSize imgsz)
    {
        var network = model.Network;
        var shapes = NetworkShapes.Infer(network, imgsz.Height, imgsz.Width);
        var macs = NetworkCosts.PerLayer(network, imgsz.Height, imgsz.Width).ToDictionary(c => c.Name, c => c.Macs);
        var statistics = PruningStatistics.Of(model).Layers.ToDictionary(l => l.Name);
        return
        [
            .. Enumerable.Range(0, network.Nodes.Length)
                .Where(i => network.Nodes[i] is Conv2dNode)
                .GroupBy(i => ((Conv2dNode)network.Nodes[i]).Weight)
                .Select(uses =>
                {
                    var conv = (Conv2dNode)network.Nodes[uses.First()];
                    var weight = model.Weights[conv.Weight];
                    return new Layer(
                        conv.Layer,
                        [.. weight.Shape],
                        conv.Stride,
                        conv.Padding,
                        conv.Groups,
                        [.. uses.Select(i => new[] { shapes[i].Channels, shapes[i].Height, shapes[i].Width })],
                        weight.Length + (conv.Bias is null ? 0 : weight.Shape[0]),
                        weight.Shape[0],
                        statistics.GetValueOrDefault(conv.Layer)?.Pruned.Length ?? 0,
                        statistics.GetValueOrDefault(conv.Layer)?.Dead ?? 0,
                        uses.Sum(i => macs.GetValueOrDefault(network.Nodes[i].Name)),
                        uses.Count());
                }),
        ];
    }

    /// <summary>A convolution's weights and what is done with them.</summary>
    private sealed record Layer(
        string Name,
        int[] Weight,
        int Stride,
        int Padding,
        int Groups,
        int[][] Outputs,
        int Parameters,
        int Filters,
        int ZeroFilters,
        int DeadFilters,
        long Macs,
        int Uses);
}
