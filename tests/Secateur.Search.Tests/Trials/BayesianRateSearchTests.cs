using System.Globalization;
using Secateur.Search.Trials;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Search.Tests.Trials;

public sealed class BayesianRateSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TrainingData _data;

    public BayesianRateSearchTests() => _data = SearchSamples.Draw(_folder.PathOf("data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_best_trial_has_the_lowest_objective_and_meets_the_target()
    {
        var settings = SearchSamples.Settings(_data);
        var (folder, best) = Search("a", settings);
        var rows = File.ReadAllLines(folder.Csv).Skip(1).Select(r => r.Split(',')).ToArray();
        Assert.Equal(7, rows.Length);
        Assert.Equal("trial,origin,first,second,size,loss_l,loss_c,objective", File.ReadAllLines(folder.Csv)[0]);
        Assert.Equal(["uniform", "design", "design", "design", "model", "model", "model"], rows.Select(r => r[1]));
        Assert.Equal(rows.Min(r => double.Parse(r[^1], CultureInfo.InvariantCulture)), best.Objective);
        Assert.All(rows, r => Assert.True(double.Parse(r[4], CultureInfo.InvariantCulture) <= 0.6));
        Assert.Contains("lowest so far", File.ReadAllText(folder.Chart), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.RunOf(1)));
        var schedule = settings.RunWith(best.Trial).Pruning!;
        Assert.Equal(best.Trial.Rates, schedule.LayerRates.Select(l => l.Rate));
        Assert.Equal("parameters=0.6", schedule.Target);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_search_that_is_stopped_again_and_again_has_the_same_trials_on_any_number_of_threads(int parallel)
    {
        var settings = SearchSamples.Settings(_data, parallel);
        var whole = Search("whole", settings).Folder;
        var folder = SearchFolder.Create(_folder.PathOf("parts"), settings with { Run = settings.Run with { Threads = 1 } }, SearchSamples.Model, numbered: false);
        var stops = 0;
        for (var stop = 1; ; stop = (stop * 2) + 1)
        {
            using var source = new CancellationTokenSource();
            var (steps, limit) = (0, stop);
            try
            {
                var read = folder.ReadSettings();
                Runner(folder, read, (_, _) =>
                {
                    if (Interlocked.Increment(ref steps) >= limit) source.Cancel();
                }, source.Token);
                break;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
        }

        Assert.True(stops > 2, $"stopped {stops} times");
        Assert.Equal(File.ReadAllText(whole.Csv), File.ReadAllText(folder.Csv));
    }

    [Fact]
    public void A_trial_needs_nothing_but_the_folder_and_its_number()
    {
        var settings = SearchSamples.Settings(_data, trials: 2);
        var folder = SearchFolder.Create(_folder.PathOf("a"), settings, SearchSamples.Model, numbered: true);
        Assert.EndsWith("a-1", folder.Path, StringComparison.Ordinal);
        folder.Write(new Trial(1, "design", [0.25, 0.5], 0.7));
        var opened = SearchFolder.Open(folder.Path);
        var data = TrialData.Of(_data.Train, null, settings.Run.Seed);
        var result = TrialRun.Run(opened, opened.ReadSettings(), opened.ReadTrial(1, settings.Groups.Length)!, data, TrainingBackend.Processor, threads: 1);
        Assert.True(result.Loss > 0);
        Assert.Equal(result, opened.ReadResult(1));
        Assert.Equal(result, TrialRun.Run(opened, settings, opened.ReadTrial(1, settings.Groups.Length)!, data, TrainingBackend.Processor, threads: 2));
        Assert.Equal(result.Loss!.Value + (5 * 0.1), settings.Objective(opened.ReadTrial(1, settings.Groups.Length)!, result)!.Value, 1e-12);
        Assert.Null(opened.ReadTrial(2, settings.Groups.Length));
    }

    [Fact]
    public void The_images_measured_on_are_not_learnt_from()
    {
        var data = TrialData.Of(_data.Train, 10, 1);
        Assert.Equal(8, data.Training.Train.Images.Length);
        Assert.Equal(2, data.HeldOut.Images.Length);
        Assert.Empty(data.Training.Train.Images.Intersect(data.HeldOut.Images));
        Assert.NotEqual(data.HeldOut.Images.AsEnumerable(), TrialData.Of(_data.Train, 10, 2).HeldOut.Images);
        Assert.Throws<ArgumentException>(() => TrialData.Of(_data.Train, 1, 1));
    }

    [Theory]
    [InlineData("search.json", "{}", "is damaged")]
    [InlineData("search.json", "null", "holds null")]
    [InlineData("trials/0001/trial.json", """{"number":2,"origin":"design","rates":[0.1,0.1],"size":1}""", "expected trial 1")]
    [InlineData("trials/0001/trial.json", """{"number":1,"origin":"design","rates":[0.1],"size":1}""", "with 2 rates")]
    [InlineData("trials/0001/trial.json", """{"number":1,"origin":"design","rates":[0.1,0.1],"size":-5}""", "a size of at most 1")]
    [InlineData("trials/0001/result.json", """{"number":1,"lossL":-9,"lossC":-9,"device":"cpu"}""", "two losses of at least 0")]
    [InlineData("trials/0001/result.json", """{"number":1,"lossL":1e308,"lossC":1e308,"device":"cpu"}""", "two losses of at least 0")]
    [InlineData("trials/0001/result.json", """{"number":1,"lossL":null,"lossC":1,"device":"cpu"}""", "or none")]
    [InlineData("trials/0001/trial.json", """{"number":1,"origin":"design","rates":[1.5,0.1],"size":1}""", "at least 0 and less than 1")]
    [InlineData("trials/0001/result.json", "[", "is damaged")]
    public void Damaged_files_are_told(string name, string text, string part)
    {
        var folder = SearchFolder.Create(_folder.PathOf("a"), SearchSamples.Settings(_data, trials: 1), SearchSamples.Model, numbered: false);
        _folder.Write($"a/{name}", text);
        var error = Assert.Throws<InvalidFileException>(() => Runner(folder, folder.ReadSettings()));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(name), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        var settings = SearchSamples.Settings(_data);
        settings.Validate();
        Assert.Throws<ArgumentException>(() => (settings with { Trials = 0 }).Validate());
        Assert.Throws<ArgumentException>(() => (settings with { Parallel = 0 }).Validate());
        Assert.Throws<ArgumentException>(() => (settings with { TrialEpochs = 0 }).Validate());
        Assert.Throws<ArgumentException>(() => (settings with { Groups = [] }).Validate());
        Assert.Throws<ArgumentException>(() => With(s => s with { Target = "latency=2ms" }).Validate());
        Assert.Throws<ArgumentException>(() => With(s => s with { Target = null }).Validate());
        Assert.Throws<ArgumentException>(() => With(s => s with { Criterion = "taylor" }).Validate());

        SearchSettings With(Func<PruningSchedule, PruningSchedule> change) => settings with { Run = settings.Run with { Pruning = change(settings.Schedule) } };
    }

    private (SearchFolder Folder, TrialOutcome Best) Search(string name, SearchSettings settings)
    {
        var folder = SearchFolder.Create(_folder.PathOf(name), settings, SearchSamples.Model, numbered: false);
        return (folder, Runner(folder, settings));
    }

    private TrialOutcome Runner(SearchFolder folder, SearchSettings settings, Action<int, TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var data = TrialData.Of(_data.Train, settings.TrialImages, settings.Run.Seed);
        var runner = new InProcessTrials(folder, settings, data, TrainingBackend.Processor, settings.Run.Threads) { Progress = progress };
        return new BayesianRateSearch(folder, settings, folder.ReadInitial(), cancellation).Run(runner, cancellation);
    }
}
