using Secateur.Experiments.Results;
using Secateur.Models;
using Secateur.Pruning;
using Xunit;

namespace Secateur.Experiments.Tests.Results;

public sealed class FactsTests
{
    [Fact]
    public void The_papers_parameters_follow_from_its_rule()
    {
        Assert.Equal(22, Facts.Paper.Length);
        foreach (var row in Facts.Paper)
        {
            var network = Architectures.Create(row.Network);
            var all = network.Parameters.Where(p => p.IsLearnable).Sum(p => p.Count);
            var left = all - new PruningPlan(row.Rate).CountMasked(network);
            Assert.Equal(left, row.Parameters);
            Assert.Equal(1 - (left / (double)all), row.Sparsity, 0.00006);
            Assert.True(row is { Easy: > 0.6 and < 1, Medium: > 0.6 and < 1, Hard: > 0.4 and < 1 } && row.Easy > row.Hard);
        }
    }

    [Fact]
    public void Detectors_have_a_source_for_every_figure()
    {
        var lines = File.ReadAllLines(Path.Combine(TestSupport.SharedData.RepositoryRoot, "docs", "data", "detectors.csv"));
        var rows = Facts.Read("detectors.csv").ToArray();
        Assert.Equal(lines.Length - 1, rows.Length);
        Assert.All(rows, row =>
        {
            Assert.True(row["parameters"].Length == 0 || row["source_size"].Length > 10, row["name"]);
            Assert.True(row["easy"].Length + row["medium"].Length + row["hard"].Length == 0 || row["source_precision"].Length > 10, row["name"]);
        });
        Assert.All(Facts.Detectors, d => Assert.True(d is { Year: > 2010 and < 2030, Parameters: > 1e4 and < 1e9 } && d.Easy is null or (> 0.3 and < 1) && d.Hard is null or (> 0.1 and < 1), d.Name));
        foreach (var name in new[] { "RetinaFace", "TinaFace", "YOLO5Face", "LFFD", "S3FD", "DSFD", "MTCNN", "FaceBoxes", "PyramidBox", "SCRFD", "EagleEye", "PruneFaceDet", "EXTD", "EResFD", "YuNet", "FDLite" })
            Assert.Contains(rows, row => row["name"].Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_spread_is_mean_and_deviation()
    {
        Assert.Equal("-", Spread.Of([null]).Format("F2"));
        Assert.Equal("2.00", Spread.Of([2.0, null]).Format("F2"));
        Assert.Equal("3.00 ± 1.41", Spread.Of([2.0, 4.0]).Format("F2"));
    }
}
