using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Zoo;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur models</c>: the models that come with Secateur.</summary>
internal static class ModelsCommand
{
    private static readonly ImageSize Size = new(480, 640);

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("models", """
            List the models that come with Secateur, by the names that MODEL and --model take. AP: average precision on the 3,226 validation images
            of WIDER FACE (easy, medium, hard), in one pass; --json has that of the multi-scale test, too. Multiply-adds: of a 480x640 image.

            Examples:
              secateur models
              secateur models --json
            """) { json };
        command.SetAction(parsed =>
        {
            var rows = ModelZoo.Models.Select(Row.Of).ToArray();
            if (parsed.GetValue(json)) Report.Json(rows);
            else Print(rows);
            return 0;
        });
        return command;
    }

    private static void Print(IReadOnlyList<Row> rows) => Report.Table(
        ["name", "parameters", "G MACs", "kB", "AP easy", "medium", "hard", ""],
        [.. rows.Select(r => (IReadOnlyList<string>)
        [
            r.Name, Figures.Count(r.Parameters), Figures.Giga(r.Macs), Figures.Count(r.Bytes / 1000),
            Figures.Precision(r.Single.Easy), Figures.Precision(r.Single.Medium), Figures.Precision(r.Single.Hard), r.Description,
        ])]);

    private sealed record Row(
        string Name, string Description, bool IsDefault, string Architecture, long Parameters, long Macs, long Bytes, int[] Imgsz, ZooPrecision Single, ZooPrecision MultiScale, string? Licence)
    {
        public static Row Of(ZooModel zoo)
        {
            var (model, bytes) = (zoo.Load(), zoo.ReadBytes().LongLength);
            return new Row(
                zoo.Name,
                zoo.Description,
                zoo.Name == ModelZoo.Default,
                model.Network.Architecture,
                NetworkCosts.CountParameters(model.Network),
                NetworkCosts.CountMacs(model.Network, Size.Height, Size.Width),
                bytes,
                [Size.Height, Size.Width],
                zoo.Single,
                zoo.MultiScale,
                model.Info.Licence);
        }
    }
}
