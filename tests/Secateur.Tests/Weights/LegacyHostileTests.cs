using Secateur.TestSupport;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

public class LegacyHostileTests
{
    private static readonly byte[] Pickle = new PickleWriter().Op("}").Text("x").Floats("a", 2, legacy: true).Op("s").Stop();
    private static readonly byte[] Valid = CheckpointWriter.Legacy(Pickle, [("a", 4, CheckpointWriter.Bytes(1, 2))]);

    [Fact]
    public void Every_cut_is_refused()
    {
        for (var length = 0; length < Valid.Length; length++) Rejects(Valid[..length], "");
    }

    [Fact]
    public void Storages_must_be_as_the_tensors_say()
    {
        Rejects([.. Valid, 0], "expected the file's end");
        Rejects(CheckpointWriter.Legacy(Pickle, []), "no storage 'a'");
        Rejects(CheckpointWriter.Legacy(Pickle, [("b", 4, new byte[8])]), "its key is not one");
        Rejects(CheckpointWriter.Legacy(Pickle, [("a", 4, new byte[8]), ("a", 4, new byte[8])]), "a second one");
        Rejects(CheckpointWriter.Legacy(Pickle, [("a", 4, new byte[4])]), "expected 8 bytes of elements");
        Rejects(CheckpointWriter.Legacy(Pickle, [("a", 8, new byte[8])]), "1 elements, expected 2");
    }

    [Fact]
    public void Huge_storages_are_refused()
    {
        foreach (var count in (long[])[long.MaxValue, 1L << 61, 1L << 31])
        {
            var pickle = new PickleWriter().Op("}").Text("x").Tensor("a", "DoubleStorage", count, 0, [1], [1], legacy: true).Op("s").Stop();
            Rejects(CheckpointWriter.Legacy(pickle, [("a", 8, new byte[8])]), "the file ends at byte");
        }
    }

    [Fact]
    public void Foreign_pickles_are_refused()
    {
        Rejects(new PickleWriter().Global("os", "system").Op("(").Text("echo").Op("tR").Stop(), "refuses to run code: 'os.system'");
        Rejects(CheckpointWriter.Legacy(new PickleWriter().Global("builtins", "eval").Op(")R").Stop(), []), "refuses to run code: 'builtins.eval'");
        Rejects(new PickleWriter().Op("}").Stop(), "magic number");
        Rejects(new PickleWriter().Raw(0x8A, 1, 5).Stop(), "magic number");
        Rejects("<html></html>"u8.ToArray(), "not a PyTorch checkpoint: it begins with the bytes 3C68746D6C3E3C2F");
    }

    [Fact]
    public void Other_versions_and_byte_orders_are_refused()
    {
        var preamble = CheckpointWriter.Preamble();
        var version = preamble.AsSpan().IndexOf((byte[])[(byte)'M', 0xE9, 0x03]);
        preamble[version + 1]++;
        Rejects([.. preamble, .. Valid.AsSpan(preamble.Length)], "version 1001");
        Rejects(CheckpointWriter.Legacy(Pickle, [("a", 4, new byte[8])], littleEndian: false), "little-endian");
    }

    [Fact]
    public void Old_views_of_storages_are_refused()
    {
        var pickle = new PickleWriter().Op("(").Text("storage").Global("torch", "FloatStorage").Text("a").Text("cpu").Int(2).Op("(").Text("v").Int(0).Int(1).Op("ttQ").Stop();
        Rejects(CheckpointWriter.Legacy(pickle, [("a", 4, new byte[8])]), "expected a storage as");
    }

    private static void Rejects(byte[] content, string message)
    {
        var error = ReaderFuzz.Rejects(content, path => PyTorchCheckpoint.Read(path), ".pth");
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
    }
}
