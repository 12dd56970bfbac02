using Secateur.Bench.Comparison;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Training.Initialization;
using Secateur.Weights;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class SubjectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static Model Original { get; } = Initializer.Create(Architectures.Create("eresfd"), 1);

    private static Model Masked { get; } = new PruningPlan(0.5).Select(Original, new L1Norm()).Apply(Original);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_original_is_pruned_at_every_rate_and_compacted()
    {
        var subjects = SubjectFamily.Make(Original, [0.25, 0.5]).ToArray();
        Assert.Equal(
            [
                (SubjectForm.Original, 0.0), (SubjectForm.Masked, 0.25), (SubjectForm.Compacted, 0.25), (SubjectForm.Masked, 0.5), (SubjectForm.Compacted, 0.5),
            ],
            subjects.Select(s => (s.Form, s.Rate!.Value)));
        Assert.Equal([0, 0.25, 0.5], new[] { 0, 1, 3 }.Select(i => Math.Round(ZeroFilters(subjects[i].Model), 2)));
        Assert.True(subjects[4].FileBytes < subjects[2].FileBytes && subjects[2].FileBytes < subjects[0].FileBytes);
    }

    [Fact]
    public void A_file_that_comes_pruned_is_taken_as_it_is()
    {
        Assert.Equal([(SubjectForm.Masked, null), (SubjectForm.Compacted, (double?)null)], SubjectFamily.Make(Masked, [0.1]).Select(s => (s.Form, s.Rate)));
        var compacted = Assert.Single(SubjectFamily.Make(Compactor.Compact(Masked), [0.1]));
        Assert.Equal((SubjectForm.Compacted, null), (compacted.Form, compacted.Rate));
    }

    [Fact]
    public void Files_and_folders_are_found()
    {
        var model = _folder.PathOf("a.safetensors");
        ModelFile.Write(model, Original);
        _folder.Write("notes.txt", "");
        Assert.Equal([model], SubjectFamily.FindFiles([_folder.Root]));
        Assert.Equal([model], SubjectFamily.FindFiles([model]));
        Assert.Throws<FileNotFoundException>(() => SubjectFamily.FindFiles([model, model]));
        Assert.Throws<FileNotFoundException>(() => SubjectFamily.FindFiles([model + "x"]));
        Assert.Equal("a", SubjectFamily.Read(model, []).Name);
    }

    private static double ZeroFilters(Model model)
    {
        var statistics = PruningStatistics.Of(model);
        return (double)statistics.ZeroFilters / statistics.Filters;
    }
}
