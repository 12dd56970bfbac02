using System.Text.Json;
using Secateur.Cli.Commands;
using Secateur.Demo;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>demo</c>; what it measures is tested in little by Secateur.Demo.Tests.</summary>
public sealed class DemoCommandTests : CliTest
{
    private static readonly DemoResult Result = new()
    {
        Seed = 7,
        Threads = 2,
        TrainImages = 600,
        ValidationImages = 150,
        TimedWidth = 640,
        TimedHeight = 480,
        Report = "demo/report.html",
        Models =
        [
            new DemoModel { Parameters = 92_208, MultiplyAdds = 295_000_000, Path = "a", Bytes = 414_500, Easy = 0.91, Medium = 0.82, Hard = 0.73, Milliseconds = 8.5, Losses = [3, 2] },
            new DemoModel { Criterion = "l1", Rate = 0.5, Parameters = 34_080, MultiplyAdds = 95_000_000, Path = "b", Bytes = 166_400, Hard = 0.64, Milliseconds = 4.25, CompactionDifference = 1e-6 },
        ],
        Stages = [new DemoStage("drawing", 1.5)],
    };

    [Fact]
    public void A_folder_of_others_is_refused()
    {
        WriteScene(Path.Combine("photos", "a.png"));
        FailsAndWritesNothing(["demo", "--out", "photos"], "photos: exists and holds no demo; name another folder");
        FailsAndWritesNothing(["demo", "--threads", "0"], "--threads is '0'; expected 1 or more");
    }

    [Fact]
    public void The_table_has_every_model()
    {
        var lines = Written(json: false).Split('\n');
        Assert.Matches("^original +92,208 +0.9100 +0.8200 +0.7300 +8.50 +414$", lines[1]);
        Assert.Matches("^L1 50% +34,080 +- +- +0.6400 +4.25 +166$", lines[2]);
        Assert.Contains("demo/report.html", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_every_figure()
    {
        using var document = JsonDocument.Parse(Written(json: true));
        HasKeys(document.RootElement, "report", "seed", "threads", "trainImages", "validationImages", "imgsz", "stages");
        var models = document.RootElement.GetProperty("models");
        HasKeys(models[0], "name", "path", "criterion", "rate", "parameters", "macs", "bytes", "apEasy", "apMedium", "apHard", "medianMs", "compactionDifference", "losses");
        Assert.Equal(0.64, models[1].GetProperty("apHard").GetDouble());
        Assert.Equal([3, 2], models[0].GetProperty("losses").EnumerateArray().Select(l => l.GetDouble()));
        Assert.Equal("drawing", document.RootElement.GetProperty("stages")[0].GetProperty("name").GetString());
    }

    private static string Written(bool json)
    {
        var before = Console.Out;
        using var text = new StringWriter();
        Console.SetOut(text);
        try
        {
            DemoCommand.Write(Result, json);
            return text.ToString();
        }
        finally
        {
            Console.SetOut(before);
        }
    }
}
