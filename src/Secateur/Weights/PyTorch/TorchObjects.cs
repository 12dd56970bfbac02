using System.Diagnostics.CodeAnalysis;
using Secateur.Weights.Files;
using Secateur.Weights.Pickle;

using PickleDictionary = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<object?, object?>>;

namespace Secateur.Weights.PyTorch;

/// <summary>What a checkpoint may name: ordered dictionaries, storages, and the functions that rebuild tensors from them.</summary>
internal sealed class TorchObjects(PickleCursor cursor) : IPickleObjects
{
    private readonly Dictionary<string, StorageReference> _storages = new(StringComparer.Ordinal);

    /// <summary>Every storage that was referred to, by key.</summary>
    public IReadOnlyDictionary<string, StorageReference> Storages => _storages;

    public object FindGlobal(string module, string name)
    {
        switch (module, name)
        {
            case ("collections", "OrderedDict"):
                return (PickleFunction)NewOrderedDictionary;
            case ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2"):
                return (PickleFunction)RebuildTensor;
            case ("torch._utils", "_rebuild_tensor_v3"):
                return (PickleFunction)RebuildTypedTensor;
            case ("torch._utils", "_rebuild_parameter"):
                return (PickleFunction)RebuildParameter;
            case ("torch", _) or ("torch.storage", "UntypedStorage") when TryFindType(name, out var type):
                return type;
            default:
                throw cursor.Invalid(
                    $"refuses to run code: {UntrustedFile.Show($"{module}.{name}")}"
                    + " (only tensors in dictionaries are read, as torch.save(model.state_dict(), path) writes them)");
        }
    }

    public object FindPersistent(object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } tuple || tuple[0] is not "storage")
            throw cursor.Invalid("expected the persistent id of a storage");
        if (tuple is not [_, ElementType type, string key, string, long and >= 0 and var count, .. [] or [null]])
            throw cursor.Invalid("expected a storage as (type, key, location, number of elements)");
        var storage = new StorageReference(key, type, count);
        if (!_storages.TryAdd(key, storage) && _storages[key] != storage)
        {
            var before = _storages[key];
            throw cursor.Invalid($"storage {UntrustedFile.Show(key)} declared as {count} {type}, before as {before.Count} {before.Type}");
        }
        return storage;
    }

    private static bool TryFindType(string name, [NotNullWhen(true)] out object? type)
    {
        ElementType? found = name switch
        {
            "DoubleStorage" or "float64" => ElementType.Float64,
            "FloatStorage" or "float32" => ElementType.Float32,
            "HalfStorage" or "float16" => ElementType.Float16,
            "BFloat16Storage" or "bfloat16" => ElementType.BFloat16,
            "LongStorage" or "int64" => ElementType.Int64,
            "IntStorage" or "int32" => ElementType.Int32,
            "ShortStorage" or "int16" => ElementType.Int16,
            "CharStorage" or "int8" => ElementType.Int8,
            "ByteStorage" or "UntypedStorage" or "uint8" => ElementType.UInt8,
            "BoolStorage" or "bool" => ElementType.Bool,
            "uint16" => ElementType.UInt16,
            "uint32" => ElementType.UInt32,
            "uint64" => ElementType.UInt64,
            _ => null,
        };
        type = found;
        return found is not null;
    }

    private PickleDictionary NewOrderedDictionary(object?[] arguments)
    {
        if (arguments.Length > 0) throw cursor.Invalid("OrderedDict with arguments, expected none");
        return [];
    }

    /// <summary>(storage, offset, shape, strides, ...): what follows concerns gradients.</summary>
    private TensorView RebuildTensor(object?[] arguments)
    {
        if (arguments is not [StorageReference storage, long offset, object?[] shape, object?[] strides, ..])
            throw cursor.Invalid("expected a tensor as (storage, offset, shape, strides, ...)");
        return View(storage, offset, shape, strides);
    }

    /// <summary>(storage, offset, shape, strides, requires_grad, hooks, element type, ...): the storage counts bytes.</summary>
    private TensorView RebuildTypedTensor(object?[] arguments)
    {
        if (arguments is not [StorageReference storage, long offset, object?[] shape, object?[] strides, _, _, ElementType type, ..]
            || storage.Type != ElementType.UInt8)
            throw cursor.Invalid("expected a tensor as (storage, offset, shape, strides, requires_grad, hooks, type, ...)");
        if (storage.Count % type.Size() != 0)
            throw cursor.Invalid($"a storage of {storage.Count} bytes does not hold whole elements of {type}");
        return View(new StorageReference(storage.Key, type, storage.Count / type.Size()), offset, shape, strides);
    }

    /// <summary>(tensor, requires_grad, hooks).</summary>
    private TensorView RebuildParameter(object?[] arguments) =>
        arguments is [TensorView tensor, ..] ? tensor : throw cursor.Invalid("expected a parameter as (tensor, requires_grad, hooks)");

    private TensorView View(StorageReference storage, long offset, object?[] dimensions, object?[] steps)
    {
        var shape = TensorShape.Check(Integers(dimensions), cursor.Invalid, out var count);
        var strides = Integers(steps);
        if (strides.Length != shape.Length || strides.Any(s => s < 0))
            throw cursor.Invalid($"strides [{string.Join(", ", strides)}], expected {shape.Length} of 0 or more");
        Int128 last = offset;
        for (var d = 0; d < shape.Length; d++) last += (Int128)(shape[d] - 1) * strides[d];
        if (offset < 0 || (count > 0 && last >= storage.Count))
            throw cursor.Invalid($"a tensor with elements {offset} to {last} of its storage, which has {storage.Count}");
        return new TensorView(storage, offset, shape, strides, count);
    }

    private long[] Integers(object?[] tuple)
    {
        // A tuple of any length can be named again and again for a few bytes: copy short ones only.
        if (tuple.Length > TensorShape.MaxRank) throw cursor.Invalid($"{tuple.Length} dimensions, expected at most {TensorShape.MaxRank}");
        return [.. tuple.Select(item => item as long? ?? throw cursor.Invalid("expected integers as dimensions"))];
    }
}
