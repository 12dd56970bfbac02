using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Weights;
using Secateur.Weights.Files;
using Xunit;

namespace Secateur.Tests.Weights;

public class WeightFileTests
{
    private static readonly string[] Parts = ["base", "act_conf", "act_loc", "conf", "loc"];

    [Fact]
    public void Files_are_recognised_by_content_whatever_their_name()
    {
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter().Op("}").Stop();
        Safetensors.Write(folder.PathOf("a.pth"), [new("x", new Tensor(1))]);
        Assert.Equal(WeightFileKind.Safetensors, WeightFile.Read(folder.PathOf("a.pth")).Kind);
        Assert.Equal(WeightFileKind.PyTorchZip, WeightFile.Read(folder.Write("b", CheckpointWriter.Zip(pickle, []))).Kind);
        Assert.Equal(WeightFileKind.PyTorchLegacy, WeightFile.Read(folder.Write("c.safetensors", CheckpointWriter.Legacy(pickle, []))).Kind);
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0x280)]
    [InlineData(0x4B50)]
    public void A_header_length_that_looks_like_another_signature_is_still_safetensors(int length)
    {
        using var folder = new TemporaryFolder();
        var content = SafetensorsHostileTests.File("{}".PadRight(length), []);
        Assert.Equal(WeightFileKind.Safetensors, WeightFile.Read(folder.Write("a", content)).Kind);
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        Assert.Contains("neither", Rejects("<html></html>"u8.ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("neither", Rejects([1]).Message, StringComparison.Ordinal);
        Assert.Contains("is empty", Rejects([]).Message, StringComparison.Ordinal);
        Assert.Contains("os.system", Rejects(new PickleWriter().Global("os", "system").Stop()).Message, StringComparison.Ordinal);
        Assert.Contains("zip", Rejects("PK\u0003\u0004"u8.ToArray()).Message, StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        Assert.Contains("is a directory", Assert.Throws<InvalidFileException>(() => WeightFile.Read(folder.Root)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => WeightFile.Read(folder.PathOf("none.pth")));
    }

    [Theory]
    [InlineData("net.pth")]
    [InlineData("net.pth.base.pth")]
    [InlineData("net.pth.act_conf.pth")]
    [InlineData("net.pth.conf.pth")]
    public void Five_files_are_one_checkpoint(string named)
    {
        using var folder = new TemporaryFolder();
        WriteParts(folder, Parts);
        var read = WeightFile.Read(folder.PathOf(named));
        Assert.Equal(WeightFileKind.PyTorchSplit, read.Kind);
        Assert.Equal(["base.w", "conf.w", "loc.w"], read.Tensors.Keys);
        Assert.Equal([1f], read.Tensors["base.w"].Data);
        Assert.Equal([5f], read.Tensors["loc.w"].Data);
    }

    [Theory]
    [InlineData("net.pth")]
    [InlineData("net.pth.loc.pth")]
    public void Missing_parts_are_all_named(string named)
    {
        using var folder = new TemporaryFolder();
        WriteParts(folder, ["base", "act_conf", "loc"]);
        var error = Assert.Throws<InvalidFileException>(() => WeightFile.Read(folder.PathOf(named)));
        Assert.Contains("missing: net.pth.act_loc.pth, net.pth.conf.pth", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_file_with_the_name_of_a_part_is_read_as_it_is()
    {
        using var folder = new TemporaryFolder();
        WriteParts(folder, ["base"]);
        Assert.Equal(["w"], WeightFile.Read(folder.PathOf("net.pth.base.pth")).Tensors.Keys);
    }

    [Fact]
    public void A_damaged_part_is_named()
    {
        using var folder = new TemporaryFolder();
        WriteParts(folder, Parts);
        var damaged = folder.Write("net.pth.conf.pth", [0x80]);
        Assert.Equal(damaged, Assert.Throws<InvalidFileException>(() => WeightFile.Read(folder.PathOf("net.pth"))).Path);
    }

    private static void WriteParts(TemporaryFolder folder, string[] parts)
    {
        foreach (var part in parts)
        {
            var isEmpty = part.StartsWith("act", StringComparison.Ordinal);
            var pickle = new PickleWriter().Op("}");
            if (!isEmpty) pickle.Text("w").Floats("0", 1).Op("s");
            folder.Write($"net.pth.{part}.pth", CheckpointWriter.Zip(pickle.Stop(), [("0", CheckpointWriter.Bytes(1 + Array.IndexOf(Parts, part)))]));
        }
    }

    private static InvalidFileException Rejects(byte[] content) => ReaderFuzz.Rejects(content, path => WeightFile.Read(path), ".pth");
}
