using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Training.Tests.Data.Datasets;

public sealed class UnlabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void All_images_below_a_folder_are_found_and_broken_ones_left_out()
    {
        var folder = SpotDataset.Write(_temporary.PathOf("data"), train: 3, validation: 2);
        File.WriteAllText(Path.Combine(folder, "broken.jpg"), "no picture");
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no picture");
        var data = UnlabelledImages.Open(folder);
        Assert.Equal(5, data.Images.Length);
        Assert.Equal(5, data.Learnable.Length);
        Assert.Equal([LintProblem.UnreadableImage], data.Lint.Findings.Select(f => f.Problem));
        Assert.Contains("broken.jpg", Assert.Throws<InvalidFileException>(() => UnlabelledImages.Open(folder, strict: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_images_is_refused()
    {
        var empty = Directory.CreateDirectory(_temporary.PathOf("empty")).FullName;
        Assert.Contains("no usable image (.jpg", Assert.Throws<InvalidFileException>(() => UnlabelledImages.Open(empty)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => UnlabelledImages.Open(_temporary.PathOf("nowhere")));
    }

    [Fact]
    public void One_of_twenty_is_held_out_by_the_seed()
    {
        var folder = SpotDataset.Write(_temporary.PathOf("data"), train: 41, validation: 0);
        var all = TrainingData.OpenUnlabelled(folder, validate: false, seed: 1);
        var data = TrainingData.OpenUnlabelled(folder, validate: true, seed: 1);
        Assert.Null(all.Validation);
        Assert.Equal(2, data.Validation!.Images.Length);
        Assert.Equal(all.Train.Images.Order(ByName), data.Train.Images.Concat(data.Validation.Images).Order(ByName));
        Assert.Equal(data.Digest(), TrainingData.OpenUnlabelled(folder, validate: true, seed: 1).Digest());
        Assert.NotEqual(data.Digest(), TrainingData.OpenUnlabelled(folder, validate: true, seed: 2).Digest());
        Assert.NotEqual(data.Digest(), all.Digest());
        Assert.Null(TrainingData.OpenUnlabelled(SpotDataset.Write(_temporary.PathOf("few"), train: 19, validation: 0), validate: true, seed: 1).Validation);
    }

    [Fact]
    public void The_digest_tells_files_of_another_length()
    {
        var folder = SpotDataset.Write(_temporary.PathOf("data"));
        var before = TrainingData.OpenUnlabelled(folder, validate: false, seed: 1).Digest();
        File.AppendAllText(SpotDataset.PathOf(folder, "train", 2), "more");
        Assert.NotEqual(before, TrainingData.OpenUnlabelled(folder, validate: false, seed: 1).Digest());
    }

    [Fact]
    public void Samples_are_square_crops_that_threads_do_not_change()
    {
        var data = UnlabelledImages.Open(SpotDataset.Write(_temporary.PathOf("data"), train: 5, validation: 0));
        var options = new SampleLoaderOptions { Head = TinyDetector.Create().Network.Head, Seed = 4, ImageSize = 48, Batch = 4 };
        using var one = new SampleLoader(data, options);
        using var three = new SampleLoader(data, options with { Threads = 3 });
        for (var batch = 0; batch < 6; batch++)
        {
            foreach (var (a, b) in one.Next().Samples.Zip(three.Next().Samples))
            {
                Assert.Equal(a.Name, b.Name);
                Assert.Equal((48, 48), (a.Image.Width, a.Image.Height));
                Assert.Empty(a.Faces);
                Assert.Equal(a.Image.Pixels, b.Image.Pixels);
            }
        }
    }

    private static readonly Comparer<LabelledImage> ByName = Comparer<LabelledImage>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));
}
