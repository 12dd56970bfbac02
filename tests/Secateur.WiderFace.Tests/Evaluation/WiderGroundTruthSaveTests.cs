using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Xunit;

namespace Secateur.WiderFace.Tests.Evaluation;

public sealed class WiderGroundTruthSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_saved_is_read_again()
    {
        var random = new Random(5);
        WiderGroundTruthFace Face() => new(random.Next(-5, 900), random.NextDouble() * 100, random.Next(1, 300), 1e-3 + random.Next(300), (WiderSettings)random.Next(8));
        string[] names = ["a/1", "a/2", "b é/3 ü", "b é/4", "c/5"];
        var truth = new WiderGroundTruth(
            [.. names.Select(name => new WiderGroundTruthImage(Samples.Name(name + ".jpg"), [.. Enumerable.Range(0, random.Next(4)).Select(_ => Face())]))]);
        Assert.Contains(truth.Images, image => image.Faces.IsEmpty);
        truth.Save(_folder.Root);
        AssertSame(truth, WiderGroundTruth.Load(_folder.Root));
    }

    [SharedDataFact]
    public void The_official_ground_truth_survives()
    {
        var truth = WiderGroundTruth.Load(SharedData.PathOf("wider-mini"));
        truth.Save(_folder.Root);
        AssertSame(truth, WiderGroundTruth.Load(_folder.Root));
    }

    private static void AssertSame(WiderGroundTruth expected, WiderGroundTruth found)
    {
        Assert.Equal(expected.Images.Select(image => image.Name), found.Images.Select(image => image.Name));
        Assert.All(expected.Images.Zip(found.Images), pair => Assert.Equal(pair.First.Faces.AsEnumerable(), pair.Second.Faces.AsEnumerable()));
    }
}
