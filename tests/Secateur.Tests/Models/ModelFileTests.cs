using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Models;

public class ModelFileTests
{
    public static TheoryData<string> Names => [.. Architectures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Published_networks_survive_and_are_named_only(string name)
    {
        using var folder = new TemporaryFolder();
        var model = RandomWeights.Fill(Architectures.Create(name), 1);
        AssertSame(model, WriteAndRead(model, folder));
        Assert.Equal(name, Safetensors.Read(folder.PathOf("m")).Metadata["secateur.architecture"]);
        Assert.DoesNotContain("secateur.network", Safetensors.Read(folder.PathOf("m")).Metadata.Keys);
    }

    [Fact]
    public void Other_networks_survive_with_their_graph()
    {
        using var folder = new TemporaryFolder();
        for (var seed = 0; seed < 40; seed++)
        {
            var model = Compactor.Compact(RandomNetworks.Create(seed));
            AssertSame(model, WriteAndRead(model, folder));
        }
    }

    [Fact]
    public void What_belongs_to_a_model_survives()
    {
        using var folder = new TemporaryFolder();
        var info = new ModelInfo
        {
            Provenance = ["imported \"x\" ü", "pruned"],
            Licence = "MIT",
            KeptFilters = ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty.Add("conv", [0, 2, 5, 6]).Add("gone", []),
            Attachments = ImmutableSortedDictionary<string, string>.Empty.Add("format.tail", "AQID").Add("other", ""),
        };
        var model = WithInfo(info);
        var head = model.Network.Head with { AnchorAspect = 1.25, Pixels = new PixelFormat([1.5f, -0.1f, 104], PixelOrder.Rgb) };
        var copy = WriteAndRead(model.With(head), folder);
        var read = copy.Info;
        Assert.Equal((head.AnchorAspect, head.Pixels), (copy.Network.Head.AnchorAspect, copy.Network.Head.Pixels));
        Assert.Equal(info with { Provenance = read.Provenance, KeptFilters = read.KeptFilters, Attachments = read.Attachments }, read);
        Assert.Equal(info.Attachments, read.Attachments.AsEnumerable());
        Assert.Equal(info.Provenance.AsEnumerable(), read.Provenance);
        Assert.Equal(info.KeptFilters.Keys, read.KeptFilters.Keys);
        Assert.Equal([0, 2, 5, 6], read.KeptFilters["conv"].AsEnumerable());
    }

    [Fact]
    public void Nothing_is_made_up_where_nothing_is_said()
    {
        using var folder = new TemporaryFolder();
        var model = RandomWeights.Fill(EResFd.Create(), 1);
        Safetensors.Write(folder.PathOf("m"), model.Weights);
        var read = ModelFile.Read(folder.PathOf("m"));
        var info = read.Info;
        Assert.Equal(1, read.Network.Head.AnchorAspect);
        Assert.Null(info.Licence);
        Assert.Equal([123, 117, 104], read.Network.Head.Pixels.Mean.AsEnumerable());
        Assert.Empty(info.Provenance);
        Assert.Empty(info.KeptFilters);
    }

    [Fact]
    public void Missing_unexpected_and_misshaped_tensors_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        var weights = RandomWeights.Fill(EResFd.Create(), 1).Weights.ToDictionary();
        weights.Remove("base.conv2.0.weight");
        weights.Remove("loc.3.bias");
        weights["base.conv3.0.weight"] = new Tensor(16, 8, 1, 1);
        weights["surplus"] = new Tensor(1);
        weights["base.conv2.1.num_batches_tracked"] = new Tensor();
        Safetensors.Write(folder.PathOf("m"), weights);
        var error = Assert.Throws<InvalidFileException>(() => ModelFile.Read(folder.PathOf("m"), "eresfd"));
        Assert.Contains("2 missing (base.conv2.0.weight [8, 8, 3, 3], loc.3.bias [4])", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 unexpected (surplus)", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 of another shape (base.conv3.0.weight is [16, 8, 1, 1] instead of [16, 8, 3, 3])", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eresfd", "extd32")]
    [InlineData("extd48", "extd64")]
    [InlineData("extd64", "eresfd")]
    public void A_wrong_architecture_is_told_with_the_right_one_in_one_line(string right, string asked)
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.PathOf("m"), RandomWeights.Fill(Architectures.Create(right), 1).Weights);
        var error = Assert.Throws<InvalidFileException>(() => ModelFile.Read(folder.PathOf("m"), asked));
        Assert.Equal($"its tensors are those of {right}, not of {asked}", error.Problem);
    }

    [Fact]
    public void Differences_are_counted_and_the_first_three_named()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.PathOf("m"), RandomWeights.Fill(Architectures.Create("eresfd"), 1).Weights.Where(w => !w.Key.Contains("conv1", StringComparison.Ordinal)));
        var error = Assert.Throws<InvalidFileException>(() => ModelFile.Read(folder.PathOf("m")));
        Assert.Contains("the closest is eresfd: 5 missing (base.conv1.0.weight [8, 3, 5, 5], base.conv1.1.weight [8], base.conv1.1.bias [8], ..)", error.Problem, StringComparison.Ordinal);
        Assert.InRange(Assert.Throws<InvalidFileException>(() => ModelFile.Read(folder.PathOf("m"), "extd64")).Message.Length, 0, 800);
    }

    [Theory]
    [InlineData("loc.2.bias", float.NaN, "has NaN at loc.2.bias[1]")]
    [InlineData("loc.2.bias", float.NegativeInfinity, "has -Infinity at loc.2.bias[1]")]
    [InlineData("base.conv1.0.weight", 1e38f, "has 1E+38 at base.conv1.0.weight[0, 0, 0, 1]")]
    [InlineData("base.conv1.1.running_var", -1f, "has -1 at base.conv1.1.running_var[1]; expected variances from 0")]
    public void Values_that_no_trained_network_has_are_told_with_their_place(string name, float value, string message)
    {
        using var folder = new TemporaryFolder();
        var weights = RandomWeights.Fill(EResFd.Create(), 1).Weights.ToDictionary();
        weights[name] = weights[name].Clone();
        weights[name].Data[1] = value;
        Safetensors.Write(folder.PathOf("m"), weights);
        Assert.Contains(message, Assert.Throws<InvalidFileException>(() => ModelFile.Read(folder.PathOf("m"))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compacted_model_is_not_taken_for_another_architecture()
    {
        using var folder = new TemporaryFolder();
        ModelFile.Write(folder.PathOf("m"), Compactor.Compact(RandomNetworks.Create(1)));
        var error = Assert.Throws<InvalidFileException>(() => ModelFile.Read(folder.PathOf("m"), "eresfd"));
        Assert.Contains("holds a network of random, not of eresfd", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_architecture_that_the_caller_names_must_exist()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.PathOf("m"), [new("a", new Tensor(1))]);
        Assert.Contains("eresfd, extd64", Assert.Throws<ArgumentException>(() => ModelFile.Read(folder.PathOf("m"), "yolo")).Message, StringComparison.Ordinal);
    }

    private static Model WithInfo(ModelInfo info) => new(new Graph.Draft().Build(), RandomWeights.Fill(new Graph.Draft().Build(), 1).Weights, info);

    private static Model WriteAndRead(Model model, TemporaryFolder folder)
    {
        ModelFile.Write(folder.PathOf("m"), model);
        return ModelFile.Read(folder.PathOf("m"));
    }

    private static void AssertSame(Model expected, Model actual)
    {
        Assert.Equal(NetworkJson.Write(expected.Network), NetworkJson.Write(actual.Network));
        foreach (var (name, tensor) in expected.Weights) Assert.Equal(tensor.Data, actual.Weights[name].Data);
    }
}
