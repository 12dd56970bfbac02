using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Secateur.Weights.Files;
using Secateur.Weights.Pickle;

using PickleDictionary = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<object?, object?>>;

namespace Secateur.Weights.PyTorch;

/// <summary>
/// PyTorch before 1.6: five pickles after one another (magic number, protocol version, facts on the system, the object, the keys of the
/// storages), then for each key the number of elements (8 bytes) and the elements.
/// </summary>
internal sealed class LegacyCheckpoint
{
    private const long ProtocolVersion = 1001;

    private static readonly BigInteger MagicNumber =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly UntrustedFile _file;
    private readonly byte[] _bytes;
    private readonly MemoryBudget _budget;
    private readonly PickleCursor _cursor;
    private readonly TorchObjects _objects;

    private LegacyCheckpoint(UntrustedFile file)
    {
        _file = file;
        _budget = new MemoryBudget(file);
        _budget.Charge(file.Length, "a copy of the file");
        _bytes = file.Read(0, file.Length);
        _cursor = new PickleCursor(file, "pickle", _bytes);
        _objects = new TorchObjects(_cursor);
    }

    public static TensorFile Read(UntrustedFile file, Func<UntrustedFile, object?, StateDictionary> find) => new LegacyCheckpoint(file).Read(find);

    private TensorFile Read(Func<UntrustedFile, object?, StateDictionary> find)
    {
        if (NextPickle() is not BigInteger magic || magic != MagicNumber) throw _file.Invalid("a pickle without PyTorch's magic number");
        if (NextPickle() is not ProtocolVersion) throw _file.Invalid($"expected version {ProtocolVersion} of PyTorch's legacy format");
        CheckSystem(NextPickle());
        var state = find(_file, NextPickle());
        var offsets = LocateStorages(NextPickle());
        return TensorLoader.Load(_file, WeightFileKind.PyTorchLegacy, state, storage => StorageBytes(storage, offsets), _budget);
    }

    private ReadOnlyMemory<byte> StorageBytes(StorageReference storage, Dictionary<string, int> offsets) =>
        offsets.TryGetValue(storage.Key, out var offset)
            ? _bytes.AsMemory(offset, (int)storage.Bytes)
            : throw _file.Invalid($"no storage {UntrustedFile.Show(storage.Key)}, which a tensor needs");

    private object? NextPickle() => new Unpickler(_cursor, _objects, _budget).Load();

    private void CheckSystem(object? facts)
    {
        if (facts is not PickleDictionary dictionary || !dictionary.Exists(fact => fact is { Key: "little_endian", Value: true }))
            throw _file.Invalid("expected a checkpoint saved on a little-endian machine");
    }

    /// <summary>Walks the storages, whose lengths only the pickle tells.</summary>
    /// <returns>Where the elements of each key begin.</returns>
    private Dictionary<string, int> LocateStorages(object? keys)
    {
        if (keys is not List<object?> list) throw _file.Invalid("expected a list of the storages' keys after the tensors");
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        long position = _cursor.Position;
        foreach (var item in list)
        {
            if (item is not string key || !_objects.Storages.TryGetValue(key, out var storage))
                throw _file.Invalid($"storage at byte {position}: its key is not one that the tensors use");
            var shown = $"storage {UntrustedFile.Show(key)} at byte {position}";
            var begin = position + sizeof(long);
            if (begin + storage.Bytes > _bytes.Length)
                throw _file.Invalid($"{shown}: the file ends at byte {_bytes.Length}, expected {storage.Bytes} bytes of elements");
            var count = BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan((int)position));
            if (count != storage.Count) throw _file.Invalid($"{shown}: {count} elements, expected {storage.Count}");
            if (!offsets.TryAdd(key, (int)begin)) throw _file.Invalid($"{shown}: a second one with this key");
            position = begin + (long)storage.Bytes;
        }
        if (position != _bytes.Length)
            throw _file.Invalid($"the storages end at byte {position}, expected the file's end at byte {_bytes.Length}");
        return offsets;
    }
}
