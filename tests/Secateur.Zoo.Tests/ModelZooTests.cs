using System.Globalization;
using Secateur.Detection;
using Secateur.Graph;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Zoo.Tests;

public sealed class ModelZooTests
{
    private const long MostBytes = 1_200_000;
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "models");

    public static TheoryData<string> Names => new(ModelZoo.Names);

    [Fact]
    public void The_default_one_comes_first_and_then_the_smaller_the_later()
    {
        Assert.Equal(ModelZoo.Default, ModelZoo.Names[0]);
        var parameters = ModelZoo.Models.Select(m => NetworkCosts.CountParameters(m.Load().Network)).ToArray();
        Assert.Equal(parameters.OrderDescending(), parameters);
    }

    [Fact]
    public void Every_file_of_the_folder_is_a_model_and_all_are_small()
    {
        var files = Directory.GetFiles(Folder, "*.safetensors");
        Assert.Equal(ModelZoo.Names.Order(StringComparer.Ordinal), files.Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));
        Assert.InRange(files.Sum(f => new FileInfo(f).Length), 1, MostBytes);
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(f), ModelZoo.Get(Path.GetFileNameWithoutExtension(f)).ReadBytes()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_model_tells_its_licence_and_how_it_was_made(string name)
    {
        var info = ModelZoo.Get(name).Load().Info;
        Assert.Equal("MIT", info.Licence);
        Assert.NotEmpty(info.Provenance);
        Assert.Equal(name != ModelZoo.Default, !info.KeptFilters.IsEmpty);
        Assert.All(info.Provenance, step => Assert.DoesNotMatch(@"(^|\s)/\w", step));
    }

    /// <summary>A card is of a model's figures, not of others.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_card_has_the_figures(string name)
    {
        var model = ModelZoo.Get(name);
        var card = File.ReadAllText(Path.Combine(Folder, name + ".md"));
        foreach (var (easy, medium, hard) in new[] { model.Single, model.MultiScale })
        {
            Assert.All([easy, medium, hard], value => Assert.InRange(value, 0.01, 0.99));
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{easy:F4} / {medium:F4} / {hard:F4}"), card, StringComparison.Ordinal);
        }

        Assert.Contains(NetworkCosts.CountParameters(model.Load().Network).ToString("N0", CultureInfo.InvariantCulture), card, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_detector_is_made_by_name_alone(string name)
    {
        using var detector = FaceDetector.Create(name);
        Assert.Empty(detector.Detect(new byte[64 * 48 * 3], 64, 48));
    }

    [Fact]
    public void A_detector_needs_no_name()
    {
        using var detector = FaceDetector.Create(options: new DetectorOptions { Confidence = 0.9f });
        Assert.Equal(ModelZoo.Get("eresfd").Load().Info.Provenance.AsEnumerable(), detector.Model.Info.Provenance);
    }

    [Fact]
    public void Another_name_is_told_those_that_there_are()
    {
        Assert.Null(ModelZoo.Find("resnet"));
        var error = Assert.Throws<ArgumentException>(() => FaceDetector.Create("resnet"));
        Assert.Contains("'resnet'", error.Message, StringComparison.Ordinal);
        Assert.Contains("eresfd", error.Message, StringComparison.Ordinal);
    }
}
