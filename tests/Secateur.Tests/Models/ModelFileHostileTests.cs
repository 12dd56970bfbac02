using System.IO.Compression;
using System.Text;
using Secateur.Graph;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Tests.Graph;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Models;

public class ModelFileHostileTests
{
    private const string NetworkKey = "secateur.network";

    private static readonly Model Small = RandomWeights.Fill(new Draft().Build(), 1);

    [Theory]
    [InlineData("secateur.mean", "null")]
    [InlineData("secateur.mean", "[1, 2]")]
    [InlineData("secateur.mean", "[1, 2, null]")]
    [InlineData("secateur.mean", "[1, 2, 1e999]")]
    [InlineData("secateur.mean", "red")]
    [InlineData("secateur.provenance", "null")]
    [InlineData("secateur.provenance", "[null]")]
    [InlineData("secateur.provenance", "{}")]
    [InlineData("secateur.provenance", "[\"\\ud800\"]")]
    [InlineData("secateur.anchor_aspect", "wide")]
    [InlineData("secateur.anchor_aspect", "0")]
    [InlineData("secateur.anchor_aspect", "-1")]
    [InlineData("secateur.anchor_aspect", "NaN")]
    [InlineData("secateur.anchor_aspect", "1e300")]
    [InlineData("secateur.kept_filters", "null")]
    [InlineData("secateur.network", "{}")]
    [InlineData("secateur.network", "AAAA")]
    public void Damaged_metadata_is_refused(string key, string value)
    {
        var error = ReaderFuzz.Rejects(FileWith((key, value)), p => ModelFile.Read(p), ".safetensors");
        Assert.Contains($"metadata {key}", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secateur.kept_filters", "null")]
    [InlineData("secateur.kept_filters", "{\"a\":null}")]
    [InlineData("secateur.kept_filters", "[1]")]
    [InlineData("secateur.kept_filters", "{\"conv\":[0,1]}")]
    [InlineData("secateur.kept_filters", "{\"conv\":[0,1,1,2]}")]
    [InlineData("secateur.kept_filters", "{\"conv\":[0,1,2,3],\"conv\":[0,1,2,3]}")]
    [InlineData("secateur.kept_filters", "{\"\\ud800\":[0]}")]
    [InlineData("secateur.network", "")]
    [InlineData("secateur.network", "null")]
    [InlineData("secateur.network", "{\"architecture\":null}")]
    public void Damaged_packed_metadata_is_refused(string key, string value) => Damaged_metadata_is_refused(key, PackedText.Pack(value));

    [Fact]
    public void An_unknown_architecture_is_the_files_fault()
    {
        var error = ReaderFuzz.Rejects(FileWith((NetworkKey, null), ("secateur.architecture", "yolo")), p => ModelFile.Read(p), ".safetensors");
        Assert.Contains("unknown architecture 'yolo'", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Packed_metadata_cannot_swell()
    {
        var text = new byte[40_000_000];
        Assert.Throws<ArgumentException>(() => PackedText.Pack(Encoding.UTF8.GetString(text)));
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize)) deflate.Write(text);
        var bomb = Convert.ToBase64String(packed.ToArray());
        Assert.Contains("large", ReaderFuzz.Rejects(FileWith((NetworkKey, bomb)), p => ModelFile.Read(p), ".safetensors").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_promises_absurd_weights_is_refused()
    {
        var json = NetworkJson.Write(Small.Network);
        foreach (var shape in new[] { "[4,3,2147483647,2147483647]", "[65536,3,60,60]", "[4,1431655766,3,3]" })
            ReaderFuzz.Rejects(FileWith((NetworkKey, PackedText.Pack(json.Replace("[4,3,3,3]", shape, StringComparison.Ordinal)))), p => ModelFile.Read(p), ".safetensors");
    }

    [Fact]
    public void Models_survive_mutation()
    {
        byte[][] seeds = [FileWith(), FileWith(("licence", "MIT"), ("secateur.kept_filters", PackedText.Pack("{\"conv\":[0,1,2,3]}")))];
        ReaderFuzz.Run(seeds, p => ModelFile.Read(p), ".safetensors", rounds: 400);
    }

    /// <summary>The packing hides a network from mutation: here its text itself is mutated, then packed.</summary>
    [Fact]
    public void Networks_survive_mutation()
    {
        var seed = System.Text.Encoding.UTF8.GetBytes(NetworkJson.Write(Small.Network));
        ReaderFuzz.Run([seed], Read, ".json", rounds: 120);

        static void Read(string path)
        {
            var file = path + ".safetensors";
            File.WriteAllBytes(file, FileWith((NetworkKey, PackedText.Pack(File.ReadAllText(path)))));
            try
            {
                ModelFile.Read(file);
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>A small model as a file, with metadata changed, or left out where null.</summary>
    private static byte[] FileWith(params ReadOnlySpan<(string Key, string? Value)> changes)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("m");
        ModelFile.Write(path, Small);
        var file = Safetensors.Read(path);
        var metadata = file.Metadata.ToDictionary();
        foreach (var (key, value) in changes)
        {
            if (value is null) metadata.Remove(key);
            else metadata[key] = value;
        }

        Safetensors.Write(path, file.Tensors, metadata);
        return File.ReadAllBytes(path);
    }
}
