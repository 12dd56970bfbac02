using System.ComponentModel;
using System.Diagnostics;
using Secateur.Bench.Comparison;
using Secateur.Pixels;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Bench.Tests;

/// <summary>The script, with a stand-in for ONNX Runtime.</summary>
public sealed class OnnxRuntimePeerTests : IDisposable
{
    // Takes 4 ms a run, by a clock of its own, and 50 MB that it keeps; knows no model but model.onnx.
    private const string StandIn = """
        let now = 0n;
        process.hrtime.bigint = () => now;
        exports.Tensor = class { constructor(type, data, dims) { this.data = data; this.dims = dims; } };
        exports.InferenceSession = { create: async (file, options) => {
          if (!file.endsWith('model.onnx')) throw new Error('no such model\nstack');
          const kept = Buffer.alloc(50e6, 1);
          return { inputNames: ['x'], run: async feeds => {
            if (feeds.x.dims.join() !== '1,3,4,6' || feeds.x.data.length !== 72 || options.intraOpNumThreads !== 2) throw new Error('wrong input');
            now += 4_000_000n;
            return { kept };
          } };
        } };
        """;

    private readonly TemporaryFolder _folder = new();

    public OnnxRuntimePeerTests()
    {
        var module = Directory.CreateDirectory(_folder.PathOf("node_modules", "onnxruntime-node")).FullName;
        File.WriteAllText(Path.Combine(module, "index.js"), StandIn);
        File.WriteAllText(Path.Combine(module, "package.json"), """{ "version": "9.8.7" }""");
    }

    public void Dispose() => _folder.Dispose();

    [NodeFact]
    public void A_peer_runs_as_often_and_as_long_as_it_is_told()
    {
        using var peer = new OnnxRuntimePeer(_folder.Root, "model.onnx", new ImageSize(4, 6), 2);
        Assert.Equal("9.8.7", peer.Loaded.Version);
        Assert.InRange(peer.Loaded.PeakBytes, 45_000_000, 150_000_000);
        Assert.Equal([4, 4, 4], peer.Run(3, 0));
        Assert.Equal(Enumerable.Repeat(4.0, 13), peer.Run(1, 50));
    }

    [NodeFact]
    public void What_is_wrong_is_said_in_one_line()
    {
        var model = Assert.Throws<IOException>(() => new OnnxRuntimePeer(_folder.Root, "other.onnx", new ImageSize(4, 6), 2));
        Assert.Equal("ONNX Runtime, other.onnx: no such model", model.Message);
        Directory.Delete(_folder.PathOf("node_modules"), recursive: true);
        var runtime = Assert.Throws<IOException>(() => new OnnxRuntimePeer(_folder.Root, "model.onnx", new ImageSize(4, 6), 2));
        Assert.Contains("Cannot find module 'onnxruntime-node'", runtime.Message, StringComparison.Ordinal);
    }

    /// <summary>A test that needs Node.js; skipped, saying why, where there is none.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NodeFactAttribute : FactAttribute
    {
        public NodeFactAttribute()
        {
            try
            {
                using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
                node.WaitForExit();
            }
            catch (Win32Exception)
            {
                Skip = "Node.js is not installed";
            }
        }
    }
}
