using System.Text.Json;
using Secateur.TestSupport;
using Secateur.Weights;
using Secateur.Weights.Files;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

/// <summary>Files made by PyTorch itself: tests/Goldens/checkpoints/make.py.</summary>
public class PyTorchGoldenTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "tests", "Goldens", "checkpoints");

    public static TheoryData<string, string, WeightFileKind> Files()
    {
        var data = new TheoryData<string, string, WeightFileKind>();
        foreach (var name in (string[])["types", "views", "module", "parameters", "nested", "empty"])
        {
            data.Add(name, "zip", WeightFileKind.PyTorchZip);
            data.Add(name, "protocol4", WeightFileKind.PyTorchZip);
            data.Add(name, "legacy", WeightFileKind.PyTorchLegacy);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Holds_what_PyTorch_put_in(string name, string form, WeightFileKind kind)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")));
        var tensors = expected.RootElement.GetProperty(name).EnumerateObject().ToList();

        var read = WeightFile.Read(Path.Combine(Folder, $"{name}_{form}.pth"));

        Assert.Equal(kind, read.Kind);
        Assert.Empty(read.Metadata);
        Assert.Equal(tensors.Select(t => t.Name), read.Tensors.Keys);
        foreach (var tensor in tensors)
        {
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()), read.Tensors[tensor.Name].Shape);
            Assert.Equal(tensor.Value.GetProperty("values").EnumerateArray().Select(v => (float)v.GetDouble()), read.Tensors[tensor.Name].Data);
        }
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Equal_views_of_a_storage_are_one_tensor(string form)
    {
        var tensors = PyTorchCheckpoint.Read(Path.Combine(Folder, $"views_{form}.pth")).Tensors;
        Assert.Same(tensors["whole"], tensors["again"]);
        Assert.Same(tensors["whole"], tensors["same_view"]);
        Assert.NotSame(tensors["whole"], tensors["rows"]);
    }
}
