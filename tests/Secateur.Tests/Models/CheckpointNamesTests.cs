using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Tests.Weights;
using Secateur.Weights;
using Secateur.Weights.Naming;
using Xunit;

namespace Secateur.Tests.Models;

/// <summary>What wrappers, pruning tools and profilers make of a network's names is undone, and told.</summary>
public class CheckpointNamesTests
{
    private static readonly Model Original = RandomWeights.Fill(EResFd.Create(), 5);

    private static readonly string[] Convolutions =
        [.. Original.Network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight).Select(p => p.Name[..^".weight".Length])];

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("net.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("net.module.")]
    [InlineData("detector.a.b.")]
    public void A_prefix_of_all_names_is_taken_off(string prefix) =>
        AssertOriginal(Load(Original.Weights.Select(w => KeyValuePair.Create(prefix + w.Key, w.Value))), $"({prefix}");

    [Fact]
    public void Wrapped_parts_of_a_network_are_unwrapped()
    {
        static string Wrap(string name) => name.Replace("base.m0.", "base._orig_mod.m0.module.", StringComparison.Ordinal);
        AssertOriginal(Load(Original.Weights.Select(w => KeyValuePair.Create(Wrap(w.Key), w.Value))), "took wrappers out of the names of");
    }

    [Fact]
    public void Second_names_of_the_same_tensors_are_merged()
    {
        var twice = Original.Weights.Concat(Original.Weights.Where(w => w.Key.StartsWith("base.m0.", StringComparison.Ordinal)).Select(w => KeyValuePair.Create("stage." + w.Key[5..], w.Value)))
            .Append(new("conf3.bias", Original.Weights["conf.3.bias"]))
            .Append(new("loc3.weight", Original.Weights["loc.3.weight"]));
        AssertOriginal(Load(twice), "merged second names of the same tensors:");
    }

    [Fact]
    public void An_equal_copy_is_no_second_name()
    {
        var error = Refuses(Original.Weights.Append(new("conf3.bias", Original.Weights["conf.3.bias"].Clone())));
        Assert.Contains("1 unexpected (conf3.bias)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbered_attributes_are_items_of_lists() =>
        AssertOriginal(
            Load(Original.Weights.Select(w => KeyValuePair.Create(w.Key.Replace("conf.", "conf", StringComparison.Ordinal).Replace("loc.", "loc", StringComparison.Ordinal), w.Value))),
            "renamed 24 (");

    [Fact]
    public void Weights_are_multiplied_by_the_masks_of_torch_prune()
    {
        var (masked, masks) = Masked();
        var file = Original.Weights.SelectMany(w => masks.TryGetValue(w.Key, out var mask)
            ? [new("model." + w.Key + "_orig", w.Value), new("model." + w.Key + "_mask", mask)]
            : (KeyValuePair<string, Tensor>[])[new("model." + w.Key, w.Value)]);
        AssertSame(masked, Load(file), $"multiplied by their masks {masks.Count}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    public void Weights_are_multiplied_by_the_masks_of_both_wrappers_of_NNI(string prefix)
    {
        var (masked, masks) = Masked();
        var first = Original.Weights.SelectMany(w => masks.TryGetValue(w.Key, out var mask)
            ? [new(prefix + Inside(w.Key), w.Value), new(prefix + w.Key + "_mask", mask)]
            : (KeyValuePair<string, Tensor>[])[new(prefix + w.Key, w.Value)]);
        AssertSame(masked, Load(first), $"multiplied by their masks {masks.Count}");
        var second = first.Concat(masks.Select(m => KeyValuePair.Create(prefix + m.Key, Original.Weights[m.Key])))
            .Select(t => t.Key.Contains(".module.weight", StringComparison.Ordinal) ? KeyValuePair.Create(t.Key, new Tensor([.. t.Value.Shape])) : t);
        AssertSame(masked, Load(second), "passed over copies inside wrapped layers:");

        static string Inside(string name) => name.Insert(name.LastIndexOf('.'), ".module");
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    public void Weights_are_multiplied_by_a_mask_file_of_NNI(string prefix)
    {
        var (masked, masks) = Masked();
        using var folder = new TemporaryFolder();
        var file = folder.Write("mask.pth", CheckpointWriter.MaskFile(masks.Select(m => (prefix + m.Key[..^".weight".Length], m.Value, (Tensor?)null))));
        var loaded = ModelFile.Load(folder.Write("model.pth", CheckpointWriter.StateDict(Original.Weights)), masks: file);
        AssertSame(masked, loaded, $"multiplied by the masks given {masks.Count}");
    }

    [Fact]
    public void A_mask_of_another_shape_or_layer_is_told()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Write("model.pth", CheckpointWriter.StateDict(Original.Weights));
        var misshaped = folder.Write("a.pth", CheckpointWriter.MaskFile([("base.conv1.0", new Tensor(3), null)]));
        Assert.Contains("a.pth: the mask base.conv1.0.weight is [3], its weight base.conv1.0.weight is [8, 3, 5, 5]", Assert.Throws<InvalidFileException>(() => ModelFile.Load(model, null, misshaped)).Message, StringComparison.Ordinal);
        var lost = folder.Write("b.pth", CheckpointWriter.MaskFile([("base.conv99.0", new Tensor(3), new Tensor(3))]));
        Assert.Contains("2 masks are for layers that the model does not have (base.conv99.0.weight, base.conv99.0.bias)", Assert.Throws<InvalidFileException>(() => ModelFile.Load(model, null, lost)).Message, StringComparison.Ordinal);
        var inside = Original.Weights.Where(w => w.Key != "base.conv1.0.weight").Append(new("base.conv1.0.weight_orig", new Tensor(8, 3, 5, 5))).Append(new("base.conv1.0.weight_mask", new Tensor(8, 3)));
        Assert.Contains("the mask base.conv1.0.weight_mask is [8, 3]", Refuses(inside), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_is_no_mask_file()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Write("model.pth", CheckpointWriter.StateDict(Original.Weights));
        Assert.Contains("of its tensors are no masks, with values beyond 0 and 1 (", Assert.Throws<InvalidFileException>(() => ModelFile.Load(model, null, model)).Message, StringComparison.Ordinal);
        var empty = folder.Write("empty.pth", CheckpointWriter.StateDict([]));
        Assert.Contains("empty.pth: holds no masks", Assert.Throws<InvalidFileException>(() => ModelFile.Load(model, null, empty)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_of_profilers_and_batch_norms_are_passed_over()
    {
        var counted = Original.Weights.Append(new("total_ops", new Tensor(1))).Append(new("base.total_params", new Tensor(1))).Append(new("aux.num_batches_tracked", new Tensor()));
        AssertOriginal(Load(counted), "passed over counts: 3 (total_ops, base.total_params, aux.num_batches_tracked)");
        var own = Load(Original.Weights.Append(new("base.conv1.1.num_batches_tracked", new Tensor())));
        Assert.Empty(own.Notes);
    }

    [Fact]
    public void A_second_network_under_another_prefix_is_passed_over()
    {
        var both = Original.Weights.Select(w => KeyValuePair.Create("model." + w.Key, w.Value))
            .Concat(Original.Weights.Select(w => KeyValuePair.Create("ema_model." + w.Key, new Tensor([.. w.Value.Shape]))));
        AssertOriginal(Load(both), "passed over a second network, which would fit, too:");
    }

    [Fact]
    public void Nothing_is_told_of_a_file_that_holds_the_networks_names_only() => Assert.Empty(Load(Original.Weights).Notes);

    /// <summary>Names are made of the pieces that the rules look for; whatever they are, what comes out is fitted or told.</summary>
    [Fact]
    public void No_names_break_the_rules()
    {
        string[] pieces = ["module", "_orig_mod", "model", "x", "", "conf3", "conf", "3", "weight", "bias", "weight_mask", "weight_orig", "total_ops", "running_mean", "num_batches_tracked"];
        string[] own = [.. Original.Network.Parameters.Select(p => p.Name)];
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("SECATEUR_FUZZ_ROUNDS"), out var asked) ? Math.Max(asked, 300) : 300;
        Tensor[] values = [new(2), new(2), new(), .. own.Take(3).Select(n => Original.Weights[n])];
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            var names = Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
                string.Join('.', Enumerable.Range(0, random.Next(4)).Select(_ => pieces[random.Next(pieces.Length)]).Append(random.Next(2) == 0 ? own[random.Next(own.Length)] : own[0]))
                + (random.Next(4) == 0 ? "_mask" : random.Next(4) == 0 ? "_orig" : ""));
            var tensors = names.Distinct().ToDictionary(n => n, _ => values[random.Next(values.Length)]);
            try
            {
                var fitted = new NamedTensors(tensors, []).Fit(Original.Network);
                Assert.All(tensors.Where(t => own.Contains(t.Key) && !tensors.ContainsKey(t.Key + "_mask")), t => Assert.True(fitted.Tensors.ContainsKey(t.Key), $"round {round}: {t.Key}"));
            }
            catch (NetworkException error)
            {
                Assert.Contains("the mask", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static (Dictionary<string, Tensor> Weights, Dictionary<string, Tensor> Masks) Masked()
    {
        var weights = Original.Weights.ToDictionary();
        var masks = new Dictionary<string, Tensor>();
        foreach (var layer in Convolutions.Take(9))
        {
            var name = layer + ".weight";
            var mask = weights[name].Clone();
            for (var i = 0; i < mask.Length; i++) mask.Data[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : 0.5f;
            masks.Add(name, mask);
            weights[name] = new Tensor([.. mask.Shape], [.. mask.Data.Zip(weights[name].Data, (m, w) => m * w)]);
        }

        return (weights, masks);
    }

    private static LoadedModel Load(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var folder = new TemporaryFolder();
        return ModelFile.Load(folder.Write("a.pth", CheckpointWriter.StateDict(tensors)));
    }

    private static string Refuses(IEnumerable<KeyValuePair<string, Tensor>> tensors) => Assert.Throws<InvalidFileException>(() => Load(tensors)).Message;

    private static void AssertOriginal(LoadedModel loaded, string note) => AssertSame(Original.Weights, loaded, note);

    private static void AssertSame(IReadOnlyDictionary<string, Tensor> expected, LoadedModel loaded, string note)
    {
        Assert.Equal("eresfd", loaded.Model.Network.Architecture);
        Assert.All(expected, w => Assert.Equal(w.Value.Data, loaded.Model.Weights[w.Key].Data));
        Assert.Contains(note, string.Join("; ", loaded.Notes), StringComparison.Ordinal);
    }
}
