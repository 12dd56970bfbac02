using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Pixels;
using Secateur.Weights;

namespace Secateur.Cli.Output;

/// <summary>What each pass makes of a model.</summary>
internal static class PassTable
{
    public static void Print(Model model, ImageSize imgsz, bool json)
    {
        var given = Row.Of("", "", "as it is", model, imgsz);
        var rows = new List<Row>();
        foreach (var pipeline in new[] { ModelPasses.Compaction, ModelPasses.Inference })
            pipeline.Run(model, (pass, result) => rows.Add(Row.Of(pipeline.Name, pass.Name, pass.Description, result, imgsz)));
        if (json)
        {
            Report.Json(new { model.Network.Architecture, imgsz = new[] { imgsz.Height, imgsz.Width }, given.Nodes, given.Parameters, given.Macs, passes = rows });
            return;
        }

        Report.Table(
            ["for", "pass", "nodes", "parameters", $"MACs, {imgsz}", "what it does"],
            [.. rows.Prepend(given).Select(r => (IReadOnlyList<string>)[r.Pipeline, r.Name, Figures.Count(r.Nodes), Figures.Count(r.Parameters), Figures.Count(r.Macs), r.Description])]);
    }

    /// <summary>A model after a pass.</summary>
    private sealed record Row(string Pipeline, string Name, string Description, int Nodes, int Parameters, long Macs)
    {
        public static Row Of(string pipeline, string name, string description, Model model, ImageSize imgsz) => new(
            pipeline,
            name,
            description,
            model.Network.Nodes.Length,
            NetworkCosts.CountParameters(model.Network),
            NetworkCosts.CountMacs(model.Network, imgsz.Height, imgsz.Width));
    }
}
