using System.Buffers.Binary;
using System.Text;

namespace Secateur.Tests.Weights;

/// <summary>Writes the opcodes of pickle protocol 2 one by one, right or wrong.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public PickleWriter(byte protocol = 2) => Raw(0x80, protocol);

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Op(string opcodes) => Raw(Encoding.Latin1.GetBytes(opcodes));

    public PickleWriter Text(string text) => Op("X").UInt32((uint)Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    public PickleWriter Int(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return value is >= 0 and <= byte.MaxValue ? Raw((byte)'K', (byte)value) : Raw(0x8A, sizeof(long)).Raw(bytes);
    }

    public PickleWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public PickleWriter Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleWriter Ints(params ReadOnlySpan<long> values)
    {
        Op("(");
        foreach (var value in values) Int(value);
        return Op("t");
    }

    public PickleWriter Storage(string key, string type, long count, bool legacy = false) =>
        Op("(").Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count).Op(legacy ? "NtQ" : "tQ");

    /// <summary>A call of <c>_rebuild_tensor_v2</c> on a storage.</summary>
    public PickleWriter Tensor(string key, string type, long count, long offset, long[] shape, long[] strides, bool legacy = false) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage(key, type, count, legacy).Int(offset).Ints(shape).Ints(strides)
            .Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    /// <summary>A whole contiguous float32 tensor.</summary>
    public PickleWriter Floats(string key, int count, bool legacy = false) => Tensor(key, "FloatStorage", count, 0, [count], [1], legacy);

    /// <summary>The bytes, with STOP.</summary>
    public byte[] Stop()
    {
        Op(".");
        return [.. _bytes];
    }
}
