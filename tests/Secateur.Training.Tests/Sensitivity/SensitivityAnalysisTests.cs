using Secateur.Graph;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Runs;
using Secateur.Training.Sensitivity;
using Xunit;

namespace Secateur.Training.Tests.Sensitivity;

public sealed class SensitivityAnalysisTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_point_is_the_loss_of_the_model_with_that_group_alone_pruned()
    {
        var (model, data) = (TinyDetector.Create(), Data());
        var settings = new SensitivitySettings { Rates = [0.5, 0.1, 0.25], ImageSize = 64, Threads = 2 };
        var told = new List<int>();
        var result = SensitivityAnalysis.Run(model, data, SensitivityAnalysis.LayersOf(model.Network), settings, measured: r => told.Add(r.Points.Length));
        Assert.Equal(Enumerable.Range(0, 7), told);
        Assert.Equal(["base.0.0", "base.1.0"], result.Points.Select(p => p.Group).Distinct());
        Assert.Equal(Loss(model), result.Whole);
        Assert.All(result.Points, point =>
        {
            var plan = new PruningPlan(0).With(point.Group, point.Rate);
            Assert.Equal(plan.Resolve(model.Network).Sum(q => q.Pruned), point.Pruned);
            Assert.Equal(8, point.Filters);
            Assert.Equal(Loss(plan.Select(model, new GeometricMedian()).Apply(model)), point.Value, 1e-12);
        });
        Assert.Equal(result.Whole, result.Points.First(p => p.Rate == 0.1).Value);

        double Loss(Weights.Model pruned)
        {
            var (l, c) = new ValidationLoss(data, model.Network.Head, TrainingBackend.Processor) { ImageSize = 64, Threads = 1 }.Measure(pruned, (_, _) => { }, CancellationToken.None);
            return l + c;
        }
    }

    [Fact]
    public void Precision_is_measured_by_group_and_shown()
    {
        var model = BrightSpotDetector.Create();
        var layer = model.Network.PrunableLayers().First().Layer;
        var result = SensitivityAnalysis.Run(model, Data(), [new LayerGroup("all", [layer])], new SensitivitySettings { Rates = [0.9], Metric = SensitivityMetric.Ap, Threads = 2 });
        Assert.InRange(result.Whole, 0, 1);
        var csv = result.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("group,rate,pruned,filters,ap", csv[0]);
        Assert.StartsWith("all,0.9,", csv[2], StringComparison.Ordinal);
        Assert.Contains("Average precision", result.ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_stops_when_it_is_asked_to()
    {
        var model = TinyDetector.Create();
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => SensitivityAnalysis.Run(
            model, Data(), SensitivityAnalysis.LayersOf(model.Network), new SensitivitySettings { ImageSize = 64 }, measured: _ => stop.Cancel(), cancellation: stop.Token));
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SensitivitySettings { Rates = [] }.Validate());
        Assert.Throws<ArgumentException>(() => new SensitivitySettings { Rates = [1] }.Validate());
        Assert.Throws<ArgumentException>(() => new SensitivitySettings { Criterion = "taylor" }.Validate());
        Assert.Throws<ArgumentException>(() => new SensitivitySettings { ImageSize = 0 }.Validate());
        new SensitivitySettings().Validate();
    }

    [Fact]
    public void A_thinned_split_is_spread_over_the_whole()
    {
        var data = Data();
        Assert.Equal([data.Images[0], data.Images[1]], data.Thinned(2).Images.AsEnumerable());
        Assert.Equal([0, 2, 4], FaceDatasets.Open(_folder.Root, DatasetSplit.Train).Thinned(3).Images.Select(i => int.Parse(i.Name.AsSpan(i.Name.Length - 5, 1), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Same(data, data.Thinned(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Thinned(0));
    }

    private FaceDataset Data() => FaceDatasets.Open(SpotDataset.Write(_folder.Root), DatasetSplit.Validation);
}
