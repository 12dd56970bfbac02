using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Weights;
using Secateur.Weights.Files;
using Xunit;

namespace Secateur.Tests.Weights;

/// <summary>The published checkpoints, against the counts in the README beside them.</summary>
public class SharedCheckpointsTests
{
    [SharedDataTheory]
    [InlineData("extd/EXTD_32.pth", WeightFileKind.PyTorchLegacy, 213)]
    [InlineData("extd/EXTD_48.pth", WeightFileKind.PyTorchLegacy, 164)]
    [InlineData("extd/EXTD_64.pth", WeightFileKind.PyTorchLegacy, 164)]
    [InlineData("paper/ERES.pth", WeightFileKind.PyTorchZip, 475)]
    [InlineData("paper/ERES10_FPGM.pth", WeightFileKind.PyTorchZip, 475)]
    [InlineData("paper/ERES50_FPGM.pth", WeightFileKind.PyTorchZip, 475)]
    [InlineData("paper/sfd_face.pth", WeightFileKind.PyTorchZip, 164)]
    [InlineData("paper/EXTD10_FPGM.pth", WeightFileKind.PyTorchZip, 164)]
    [InlineData("paper/EXTD50_FPGM.pth", WeightFileKind.PyTorchZip, 164)]
    [InlineData("eresfd/eresfd_16.pth", WeightFileKind.PyTorchSplit, 475)]
    [InlineData("eresfd/eresfd_16.pth.act_loc.pth", WeightFileKind.PyTorchSplit, 475)]
    public void Entries(string path, WeightFileKind kind, int entries)
    {
        var read = WeightFile.Read(SharedData.PathOf("checkpoints", path));
        Assert.Equal(kind, read.Kind);
        Assert.Equal(entries, read.Tensors.Count);
        Assert.All(read.Tensors.Values, tensor => Assert.All(tensor.Data, value => Assert.True(float.IsFinite(value))));
    }

    [SharedDataTheory]
    [InlineData("ERES", 92_208, null, null, 848)]
    [InlineData("ERES10_FPGM", 92_208, 86_171, 50, 848)]
    [InlineData("ERES50_FPGM", 92_208, 46_696, 430, 848)]
    [InlineData("sfd_face", 162_352, null, null, 2_624)]
    [InlineData("EXTD10_FPGM", 162_352, 148_704, 262, 2_624)]
    [InlineData("EXTD50_FPGM", 162_352, 94_448, 1_312, 2_624)]
    public void Parameters_and_zero_filters(string name, int parameters, int? nonZero, int? zeroFilters, int filters)
    {
        var tensors = WeightFile.Read(SharedData.PathOf("checkpoints", "paper", name + ".pth")).Tensors;
        var learned = tensors.Where(t => !t.Key.Contains("running_", StringComparison.Ordinal) && !t.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Select(t => t.Value).ToList();
        Assert.Equal(parameters, learned.Sum(t => t.Length));
        if (nonZero is not null) Assert.Equal(nonZero, learned.Sum(t => t.Data.Count(v => v != 0)));

        var convolutions = tensors.Where(t => t.Value.Shape.Count == 4 && !t.Key.StartsWith("loc.", StringComparison.Ordinal) && !t.Key.StartsWith("conf.", StringComparison.Ordinal)).Select(t => t.Value).ToList();
        Assert.Equal(filters, convolutions.Sum(t => t.Shape[0]));
        if (zeroFilters is not null) Assert.Equal(zeroFilters, convolutions.Sum(ZeroFilters));
    }

    [SharedDataFact]
    public void The_zip_and_the_legacy_form_of_EXTD_64_have_the_same_names_and_shapes()
    {
        var zip = WeightFile.Read(SharedData.PathOf("checkpoints", "paper", "sfd_face.pth")).Tensors;
        var legacy = WeightFile.Read(SharedData.PathOf("checkpoints", "extd", "EXTD_64.pth")).Tensors;
        Assert.Equal(zip.Keys.Order(StringComparer.Ordinal), legacy.Keys.Order(StringComparer.Ordinal));
        Assert.All(zip, t => Assert.True(t.Value.HasShape(legacy[t.Key].Shape), t.Key));
    }

    [SharedDataFact]
    public void Reference_values_in_safetensors_are_read_with_their_shapes()
    {
        var read = WeightFile.Read(SharedData.PathOf("parity", "training", "eres_step.safetensors"));
        Assert.Equal(WeightFileKind.Safetensors, read.Kind);
        Assert.Equal([2, 2138, 4], read.Tensors["loc"].Shape);
        Assert.Equal(47 + 29, read.Tensors["conf_t"].Data.Sum());
    }

    private static int ZeroFilters(Tensor weight)
    {
        var size = weight.Length / weight.Shape[0];
        return Enumerable.Range(0, weight.Shape[0]).Count(f => !weight.Data.AsSpan(f * size, size).ContainsAnyExcept(0f));
    }
}
