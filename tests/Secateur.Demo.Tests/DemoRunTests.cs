using System.Globalization;
using System.Xml.Linq;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Zoo;
using Xunit;

namespace Secateur.Demo.Tests;

public sealed class DemoRunTests : IDisposable
{
    private static readonly DemoOptions Tiny = new()
    {
        Seed = 3,
        Threads = 2,
        TrainImages = 6,
        ValidationImages = 3,
        SceneSize = 96,
        SampleSize = 64,
        Batch = 2,
        Epochs = 2,
        SoftEpochs = 1,
        FinetuneEpochs = 1,
        Rates = [0.25, 0.5],
        TimedRuns = 1,
        ShownScenes = 1,
    };

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void It_measures_the_original_and_every_criterion_at_every_rate()
    {
        var reports = new Reports();
        var photo = _temporary.PathOf("photo.png");
        ImageFile.Write(photo, DrawnScene.Create(5, 96, 64, 1).Image);
        var result = DemoRun.Run(_temporary.PathOf("demo"), Tiny with { Photo = photo }, reports);
        Assert.Equal(["original", "FPGM 25%", "L1 25%", "FPGM 50%", "L1 50%"], result.Models.Select(m => m.Name));
        Assert.All(result.Models, model =>
        {
            Assert.Equal(new FileInfo(model.Path).Length, model.Bytes);
            var read = ModelFile.Read(model.Path);
            Assert.Equal(read.Network.Parameters.Where(p => p.IsLearnable).Sum(p => (long)read.Weights[p.Name].Length), model.Parameters);
            Assert.Equal(2, model.Losses.Length);
            Assert.All(model.Losses, loss => Assert.True(loss > 0));
            Assert.True(model.Milliseconds > 0);
            Assert.NotNull(model.Hard);
            Assert.Equal(model.Criterion is null, model.CompactionDifference is null);
        });
        foreach (var criterion in new[] { "fpgm", "l1" })
        {
            var byRate = result.Models.Where(m => m.Criterion is null || m.Criterion == criterion).ToArray();
            Assert.Equal(byRate.OrderByDescending(m => m.Parameters), byRate);
            Assert.Equal(byRate.OrderByDescending(m => m.MultiplyAdds), byRate);
            Assert.True(byRate[^1].Parameters < byRate[0].Parameters / 2, $"{byRate[^1].Parameters} parameters left");
        }

        Assert.Equal(result.Stages.AsEnumerable(), reports.Finished);
        Assert.Equal(["your picture", "drawing 9 images", "training EResFD", "pruning, FPGM 25%", "pruning, L1 25%", "pruning, FPGM 50%", "pruning, L1 50%", "evaluating", "timing"], result.Stages.Select(s => s.Name));
        Assert.All(result.Stages, stage => Assert.Equal(1, reports.MostOf(stage.Name)));
        Report_tells(result, ModelZoo.Names);
    }

    [Fact]
    public void Nothing_but_times_depends_on_the_threads_and_much_on_the_seed()
    {
        var small = Tiny with { Rates = [0.5], Criteria = ["fpgm"], Epochs = 1 };
        var (one, two, other) = (Run(small with { Threads = 1 }), Run(small), Run(small with { Seed = 4 }));
        Assert.Equal(Untimed(one), Untimed(two));
        Assert.All(one.Pictures.Zip(two.Pictures), pair => Assert.Equal(pair.First.Jpeg, pair.Second.Jpeg));
        Assert.All(one.Models.Zip(two.Models), pair => Assert.Equal(File.ReadAllBytes(pair.First.Path), File.ReadAllBytes(pair.Second.Path)));
        Assert.NotEqual(Untimed(one), Untimed(other));
    }

    [Fact]
    public void A_demonstration_replaces_an_earlier_one_and_nothing_else()
    {
        var place = _temporary.PathOf("demo");
        var small = Tiny with { Rates = [0.5], Criteria = ["l1"], Epochs = 1 };
        using var stop = new CancellationTokenSource();
        var stopping = new Stopping(stop, "training EResFD");
        Assert.ThrowsAny<OperationCanceledException>(() => DemoRun.Run(place, small, stopping, stop.Token));
        Assert.True(Directory.Exists(Path.Combine(place, "runs", "original")));
        Assert.False(File.Exists(Path.Combine(place, "report.html")));
        File.WriteAllText(Path.Combine(place, "notes.txt"), "mine");
        File.WriteAllText(Path.Combine(place, "runs", "left.txt"), "of the first");

        Assert.True(File.Exists(DemoRun.Run(place, small).Report));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(place, "notes.txt")));
        Assert.Equal(["l1-50", "original"], Directory.GetFileSystemEntries(Path.Combine(place, "runs")).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal));
    }

    private DemoResult Run(DemoOptions options) => DemoRun.Run(_temporary.PathOf($"{options.Seed}-{options.Threads}"), options);

    private static string Untimed(DemoResult result) => string.Join('\n', result.Models.Select(m =>
        $"{m with { Milliseconds = 0, Losses = [], Path = "" }} {string.Join(' ', m.Losses)}"));

    private static void Report_tells(DemoResult result, params IEnumerable<string> photos)
    {
        var page = File.ReadAllText(result.Report);
        var root = XElement.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        var rows = root.Descendants("tbody").First().Elements("tr").Select(r => r.Elements().Select(c => c.Value).ToArray()).ToArray();
        Assert.Equal(
            result.Models.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Name}|{100 * m.Rate:0}%|{m.Parameters:N0}|{m.MultiplyAdds / 1e6:F1}|{m.Easy:F3}|{m.Medium:F3}|{m.Hard:F3}|{m.Milliseconds:F2}|{m.Bytes / 1e3:F0}")),
            rows.Select(cells => string.Join('|', cells)).Select(row => row.Replace("|-|", "||", StringComparison.Ordinal)));
        Assert.Equal(4, root.Descendants().Count(e => e.Name.LocalName == "svg"));
        Assert.Equal(["as drawn", "original", "FPGM 50%", "L1 50%", .. photos], root.Descendants("img").Select(i => i.Attribute("alt")!.Value.Split(':')[0]));
        Assert.Contains("The images are drawn", root.Value, StringComparison.Ordinal);
        Assert.Contains("6 drawn images", root.Value, StringComparison.Ordinal);
    }

    private sealed class Reports : IProgress<DemoProgress>
    {
        private readonly List<DemoProgress> _all = [];

        public IEnumerable<DemoStage> Finished => _all.Where(p => p.Seconds is not null).Select(p => new DemoStage(p.Stage, p.Seconds!.Value));

        /// <summary>The largest share of a stage that was told before its end.</summary>
        public double MostOf(string stage) => _all.Where(p => p.Stage == stage && p.Seconds is null).Max(p => (double)p.Done / p.Total);

        public void Report(DemoProgress value)
        {
            lock (_all) _all.Add(value);
        }
    }

    private sealed class Stopping(CancellationTokenSource source, string stage) : IProgress<DemoProgress>
    {
        public void Report(DemoProgress value)
        {
            if (value.Stage == stage) source.Cancel();
        }
    }
}
