using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>import</c>, <c>inspect</c>, <c>prune</c>, <c>bench</c>.</summary>
public sealed class ModelCommandTests : CliTest
{
    [Fact]
    public void Inspect_tells_what_the_network_is_made_of()
    {
        var model = WriteEResFd();
        var json = ConsoleRun.Json("inspect", model);
        HasKeys(json, "architecture", "parameters", "nonZeroParameters", "sparsity", "filters", "zeroFilters", "macs", "bytes", "layers");
        Assert.Equal("eresfd", json.GetProperty("architecture").GetString());
        Assert.Equal(92_208, json.GetProperty("parameters").GetInt32());
        Assert.Equal(92_208, json.GetProperty("nonZeroParameters").GetInt32());
        Assert.Equal(0, json.GetProperty("sparsity").GetDouble());
        Assert.Equal(295_065_600, json.GetProperty("macs").GetInt64());
        Assert.Equal(new FileInfo(model).Length, json.GetProperty("bytes").GetInt64());
        Assert.Equal(0, json.GetProperty("zeroFilters").GetInt32());
        var layers = json.GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal(295_065_600, layers.Sum(l => l.GetProperty("macs").GetInt64()));
        var stem = layers.Single(l => l.GetProperty("name").GetString() == "base.conv1.0");
        Assert.Equal([8, 3, 5, 5], stem.GetProperty("weight").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal([8, 120, 160], stem.GetProperty("outputs")[0].EnumerateArray().Select(e => e.GetInt32()));
    }

    [Fact]
    public void Inspect_tells_what_each_pass_makes_of_the_model()
    {
        ConsoleRun.Text("prune", WriteEResFd(), "--rate", "0.5", "--out", "p.safetensors");
        var json = ConsoleRun.Json("inspect", "p.safetensors", "--passes");
        var passes = json.GetProperty("passes").EnumerateArray().ToArray();
        Assert.Equal(
            ["compaction fold-batch-norm", "compaction clear-dead", "compaction narrow", "inference fold-batch-norm", "inference clear-subnormals", "inference narrow-uses"],
            passes.Select(p => $"{p.GetProperty("pipeline").GetString()} {p.GetProperty("name").GetString()}"));
        Assert.True(passes[0].GetProperty("nodes").GetInt32() < json.GetProperty("nodes").GetInt32());
        Assert.Equal(json.GetProperty("macs").GetInt64(), passes[0].GetProperty("macs").GetInt64());
        Assert.True(passes[2].GetProperty("macs").GetInt64() < json.GetProperty("macs").GetInt64() / 2);
        Assert.Contains("narrow-uses", ConsoleRun.Text("inspect", "p.safetensors", "--passes"), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_counts_filters_whose_weights_are_all_next_to_nothing_as_dead()
    {
        var model = ModelFile.Read(WriteEResFd());
        var weights = model.Weights.ToDictionary();
        var stem = weights["base.conv1.0.weight"].Clone();
        stem.Data.AsSpan(75, 75).Fill(-9e-11f);
        stem.Data.AsSpan(150, 75).Fill(2e-10f);
        stem.Data.AsSpan(225, 75).Clear();
        weights["base.conv1.0.weight"] = stem;
        ModelFile.Write("d.safetensors", new Model(model.Network, weights, model.Info));
        var json = ConsoleRun.Json("inspect", "d.safetensors");
        Assert.Equal((1, 2), (json.GetProperty("zeroFilters").GetInt32(), json.GetProperty("deadFilters").GetInt32()));
        var layer = json.GetProperty("layers").EnumerateArray().Single(l => l.GetProperty("name").GetString() == "base.conv1.0");
        Assert.Equal((1, 2), (layer.GetProperty("zeroFilters").GetInt32(), layer.GetProperty("deadFilters").GetInt32()));
        Assert.Contains("848, 1 all zero, 2 dead", ConsoleRun.Text("inspect", "d.safetensors"), StringComparison.Ordinal);
    }

    [Fact]
    public void Sparsity_is_told_only_where_something_is_pruned()
    {
        Assert.DoesNotContain("sparse", ConsoleRun.Text("inspect", WriteEResFd()), StringComparison.Ordinal);
        ConsoleRun.Text("prune", "m.safetensors", "--rate", "0.5", "--out", "p.safetensors");
        Assert.Contains("% sparse)", ConsoleRun.Text("inspect", "p.safetensors"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("240x320", 73_766_400)]
    [InlineData("480X640", 295_065_600)]
    [InlineData("640", 393_420_800)]
    public void Sizes_are_height_and_width_or_a_square(string size, long macs) =>
        Assert.InRange(ConsoleRun.Json("inspect", WriteEResFd(), "--imgsz", size).GetProperty("macs").GetInt64(), macs * 0.99, macs * 1.01);

    [Fact]
    public void Inspect_prints_a_table_for_people()
    {
        var text = ConsoleRun.Text("inspect", WriteEResFd());
        Assert.Contains("92,208", text, StringComparison.Ordinal);
        Assert.Contains("0.2951 G at 480x640", text, StringComparison.Ordinal);
        Assert.Contains("base.m0.FEM_0.res_branch1.0", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fpgm", 0.3)]
    [InlineData("l1", 0.1)]
    [InlineData("l2", 0.5)]
    [InlineData("random", 0.25)]
    public void Prune_zeroes_the_floor_of_each_layers_share(string criterion, double rate)
    {
        var model = WriteEResFd();
        var json = ConsoleRun.Json("prune", model, "--criterion", criterion, "--rate", FormattableString.Invariant($"{rate}"), "--epochs", "0", "--out", "p.safetensors");
        HasKeys(json, "parameters", "nonZeroParameters", "sparsity", "layers");
        Assert.Equal(92_208, json.GetProperty("parameters").GetInt32());
        var layers = json.GetProperty("layers").EnumerateArray().ToArray();
        Assert.All(layers, layer =>
        {
            var filters = layer.GetProperty("filters").GetInt32();
            var pruned = layer.GetProperty("pruned").EnumerateArray().Select(e => e.GetInt32()).ToArray();
            Assert.Equal((int)Math.Floor((filters * rate) + 1e-9), pruned.Length);
            Assert.Equal(pruned.Distinct().Order(), pruned);
        });
        Assert.Equal(EResFd.Create().PrunableLayers().Select(l => l.Layer), layers.Select(l => l.GetProperty("name").GetString()));
        var left = 92_208 - new PruningPlan(rate).CountMasked(EResFd.Create());
        Assert.Equal(left, json.GetProperty("nonZeroParameters").GetInt32());
        Assert.Equal(1 - (left / 92_208.0), json.GetProperty("sparsity").GetDouble(), 1e-9);
        Assert.Equal(left, ConsoleRun.Json("inspect", "p.safetensors").GetProperty("nonZeroParameters").GetInt32());
    }

    [Fact]
    public void Prune_writes_the_filters_that_the_criterion_chooses()
    {
        ConsoleRun.Text("prune", WriteEResFd(), "--criterion", "fpgm", "--rate", "0.4", "--out", "p.safetensors");
        var original = ModelFile.Read("m.safetensors");
        var expected = new PruningPlan(0.4).Select(original, new GeometricMedian()).Apply(original);
        var actual = ModelFile.Read("p.safetensors");
        Assert.All(expected.Weights, w => Assert.Equal(w.Value.Data, actual.Weights[w.Key].Data));
    }

    [Theory]
    [InlineData("l1")]
    [InlineData("l2")]
    [InlineData("bn")]
    [InlineData("random")]
    public void Every_criterion_prunes_as_many_filters_and_is_named(string criterion)
    {
        var json = ConsoleRun.Json("prune", WriteEResFd(), "--criterion", criterion, "--rate", "0.4", "--out", "p.safetensors");
        Assert.Equal(criterion, json.GetProperty("criterion").GetString());
        Assert.Equal(new PruningPlan(0.4).Resolve(EResFd.Create()).Sum(q => q.Pruned), json.GetProperty("zeroFilters").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, json.GetProperty("batches").ValueKind);
    }

    [Fact]
    public void Layers_that_a_criterion_cannot_score_are_listed_and_nothing_is_written()
    {
        ModelFile.Write("e.safetensors", RandomWeights.Fill(Extd.Create(32), 1));
        ConsoleRun.Fails(["prune", "e.safetensors", "--criterion", "bn", "--rate", "0.4", "--out", "p.safetensors"], "upfeat.0.0, upfeat.1.0", "exclude");
        Assert.False(File.Exists("p.safetensors"));
        ConsoleRun.Text("prune", "e.safetensors", "--criterion", "bn", "--rate", "0.4", "--exclude", "upfeat.*.0", "--out", "p.safetensors");
        Assert.True(File.Exists("p.safetensors"));
    }

    [Fact]
    public void Layers_may_have_rates_of_their_own_or_stay_whole()
    {
        var json = ConsoleRun.Json(
            "prune", WriteEResFd(), "--rate", "0.5", "--layer", "base.m0.*=0.25", "--layer", "base.m0.FEM_*=0", "--exclude", "base.conv1.0", "--out", "p.safetensors");
        foreach (var layer in json.GetProperty("layers").EnumerateArray())
        {
            var name = layer.GetProperty("name").GetString()!;
            var rate = name == "base.conv1.0" || name.StartsWith("base.m0.FEM_", StringComparison.Ordinal) ? 0
                : name.StartsWith("base.m0.", StringComparison.Ordinal) ? 0.25 : 0.5;
            Assert.Equal((int)(layer.GetProperty("filters").GetInt32() * rate), layer.GetProperty("pruned").GetArrayLength());
        }
    }

    [Fact]
    public void Outputs_have_names_by_default()
    {
        Directory.CreateDirectory("models");
        var model = WriteEResFd(Path.Combine("models", "net.safetensors"));
        ConsoleRun.Text("prune", model, "--rate", "0.125");
        ConsoleRun.Text("prune", model, "--rate", "0.3", "--criterion", "l1");
        ConsoleRun.Text("compact", "net-l1-30.safetensors", "--imgsz", "32x32");
        ConsoleRun.Text("import", model);
        ConsoleRun.Text("scene", "--imgsz", "64x96");
        Assert.Equal(["models/net.safetensors", "net-fpgm-12.5.safetensors", "net-l1-30-compact.safetensors", "net-l1-30.safetensors", "net.safetensors", "scene.png"], Files());
    }

    [Fact]
    public void Import_keeps_weights_and_takes_aspect_and_licence()
    {
        var json = ConsoleRun.Json("import", WriteEResFd(), "--out", "i.safetensors", "--arch", "eresfd", "--anchor-aspect", "1.25", "--licence", "Apache-2.0");
        HasKeys(json, "architecture", "parameters", "nonZeroParameters", "anchorAspect", "output", "bytes");
        var (before, after) = (ModelFile.Read("m.safetensors"), ModelFile.Read("i.safetensors"));
        Assert.Equal((1.25, "Apache-2.0"), (after.Network.Head.AnchorAspect, after.Info.Licence));
        Assert.Equal("imported from m.safetensors", Assert.Single(after.Info.Provenance));
        Assert.All(before.Weights, w => Assert.Equal(w.Value.Data, after.Weights[w.Key].Data));
        ConsoleRun.Text("import", "i.safetensors", "--out", "again.safetensors");
        Assert.Equal(1.25, ModelFile.Read("again.safetensors").Network.Head.AnchorAspect);
    }

    [Fact]
    public void Import_says_in_one_line_what_it_made_of_the_names_and_strict_refuses_that()
    {
        var model = ModelFile.Read(WriteEResFd());
        Safetensors.Write("dp.safetensors", model.Weights.Select(w => KeyValuePair.Create("net.module." + w.Key, w.Value)).Append(new("total_ops", new Tensor(1))));
        var lines = ConsoleRun.Text("import", "dp.safetensors", "--out", "i.safetensors").TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("dp.safetensors: took wrappers out of the names of 400 (net.module.", lines[1], StringComparison.Ordinal);
        Assert.Contains("; took the prefix 'net.' from 400 (", lines[1], StringComparison.Ordinal);
        Assert.Contains("; passed over counts: 1 (total_ops)", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, ConsoleRun.Json("import", "dp.safetensors", "--out", "j.safetensors").GetProperty("notes").GetArrayLength());
        Assert.All(model.Weights, w => Assert.Equal(w.Value.Data, ModelFile.Read("i.safetensors").Weights[w.Key].Data));
        FailsAndWritesNothing(["import", "dp.safetensors", "--strict", "--out", "k.safetensors"], "--strict refuses", "took the prefix 'net.' from 400", "total_ops");
        ConsoleRun.Text("import", "m.safetensors", "--strict", "--out", "k.safetensors");
        Assert.Empty(ConsoleRun.Json("import", "m.safetensors", "--out", "l.safetensors").GetProperty("notes").EnumerateArray());
    }

    [Fact]
    public void Import_multiplies_by_the_masks_of_a_file()
    {
        Safetensors.Write("mask.safetensors", [new("base.conv1.0.weight", new Tensor(8, 3, 5, 5))]);
        var text = ConsoleRun.Text("import", WriteEResFd(), "--mask", "mask.safetensors", "--out", "i.safetensors");
        Assert.Contains("multiplied by the masks given 1 (base.conv1.0.weight)", text, StringComparison.Ordinal);
        Assert.Equal(600, ModelFile.Read("i.safetensors").Weights["base.conv1.0.weight"].Data.Count(w => w == 0));
        FailsAndWritesNothing(["import", "m.safetensors", "--mask", "none.pth", "--out", "k.safetensors"], "none.pth");
    }

    [Fact]
    public void A_wrong_architecture_is_told_in_one_short_line()
    {
        var run = ConsoleRun.Fails(["import", WriteEResFd(), "--arch", "extd64", "--out", "i.safetensors"], "its tensors are those of eresfd, not of extd64");
        Assert.InRange(run.Error.Length, 0, 120);
    }

    [Fact]
    public void Bench_times_models_side_by_side()
    {
        var spot = BrightSpotDetector.Write("spot.safetensors");
        var json = ConsoleRun.Json("bench", WriteEResFd(), spot, "--imgsz", "64x96", "--threads", "2", "--runs", "7");
        Assert.Equal(["m.safetensors", "spot.safetensors"], json.EnumerateArray().Select(e => e.GetProperty("model").GetString()));
        foreach (var each in json.EnumerateArray())
        {
            HasKeys(each, "medianMs", "minMs", "p95Ms", "macs", "gmacsPerSecond", "peakBytes");
            var (least, median, most) = (each.GetProperty("minMs").GetDouble(), each.GetProperty("medianMs").GetDouble(), each.GetProperty("p95Ms").GetDouble());
            Assert.True(least > 0 && least <= median && median <= most, each.GetRawText());
            Assert.Equal(each.GetProperty("macs").GetInt64() / 1e6 / median, each.GetProperty("gmacsPerSecond").GetDouble(), 1e-6);
            Assert.True(each.GetProperty("peakBytes").GetInt64() > 1000);
        }

        // 16 x 24 cells of 48 + 4 + 4 products.
        Assert.Equal(16 * 24 * 56, json[1].GetProperty("macs").GetInt64());
        Assert.Contains("median ms", ConsoleRun.Text("bench", spot, "--imgsz", "32", "--runs", "3"), StringComparison.Ordinal);
    }

    [Fact]
    public void Scene_tells_where_the_faces_are()
    {
        var json = ConsoleRun.Json("scene", "--seed", "3", "--faces", "2", "--imgsz", "96x128", "--out", "a.png");
        Assert.Equal((128, 96), (json[0].GetProperty("width").GetInt32(), json[0].GetProperty("height").GetInt32()));
        Assert.InRange(json[0].GetProperty("faces").GetArrayLength(), 1, 2);
        ConsoleRun.Text("scene", "--seed", "3", "--faces", "2", "--imgsz", "96x128", "--out", "b.png");
        Assert.Equal(File.ReadAllBytes("a.png"), File.ReadAllBytes("b.png"));
    }
}
