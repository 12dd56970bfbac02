using System.Text;
using Secateur.Bench.Comparison;
using Secateur.Pixels;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class OnnxRuntimePeerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_peer_runs_as_often_and_as_long_as_it_is_told()
    {
        using var peer = new OnnxRuntimePeer(_folder.Write("model.onnx", Relu(4, 6)), new ImageSize(4, 6), 2);
        Assert.Matches(@"^1\.\d+\.\d+", peer.Loaded.Version);
        Assert.InRange(peer.Loaded.PeakBytes, 1, 500_000_000);
        Assert.Equal(3, peer.Run(3, 0).Length);
        var times = peer.Run(1, 50);
        Assert.True(times.Sum() > 25 && times.Length > 1, $"{times.Length} runs, {times.Sum()} ms");
    }

    [Fact]
    public void What_is_wrong_is_said_in_one_line()
    {
        var garbage = Assert.Throws<IOException>(() => new OnnxRuntimePeer(_folder.Write("garbage.onnx", "garbage"), new ImageSize(4, 6), 2));
        Assert.StartsWith($"ONNX Runtime, {_folder.PathOf("garbage.onnx")}: ", garbage.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", garbage.Message, StringComparison.Ordinal);
        var size = Assert.Throws<IOException>(() => new OnnxRuntimePeer(_folder.Write("model.onnx", Relu(4, 6)), new ImageSize(8, 6), 2));
        Assert.Contains("dimensions", size.Message, StringComparison.Ordinal);
    }

    /// <summary>A network of one activation, as the protobuf of ONNX (onnx.proto: field numbers).</summary>
    private static byte[] Relu(int height, int width)
    {
        byte[] shape = [.. new[] { 1, 3, height, width }.SelectMany(side => Message(1, Number(1, side)))];
        byte[] type = Message(2, Message(1, [.. Number(1, 1), .. Message(2, shape)]));
        byte[] node = Message(1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(4, "Relu")]);
        byte[] graph = Message(7, [.. node, .. Text(2, "g"), .. Message(11, [.. Text(1, "x"), .. type]), .. Message(12, [.. Text(1, "y"), .. type])]);
        return [.. Number(1, 8), .. graph, .. Message(8, Number(2, 13))];
    }

    private static byte[] Number(int field, int value) => [(byte)(field << 3), (byte)value];

    private static byte[] Text(int field, string text) => Message(field, Encoding.ASCII.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];
}
