using System.Diagnostics.CodeAnalysis;
using Secateur.Weights.Files;
using Secateur.Weights.Pickle;

using PickleDictionary = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<object?, object?>>;

namespace Secateur.Weights.PyTorch;

/// <summary>
/// What a checkpoint may name: dictionaries, storages, and the functions that rebuild tensors from them. Every other class or function stays a
/// name, but those that only a malicious file needs (<see cref="ForbiddenNames"/>) are refused.
/// </summary>
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
            case ("collections", "defaultdict"):
                return (PickleFunction)(_ => new PickleDictionary());
            case ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2"):
                return (PickleFunction)RebuildTensor;
            case ("torch._utils", "_rebuild_tensor_v3"):
                return (PickleFunction)RebuildTypedTensor;
            case ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state"):
                return (PickleFunction)RebuildParameter;
            case ("torch._tensor", "_rebuild_from_type_v2"):
                return (PickleFunction)RebuildFromType;
            case ("torch", _) or ("torch.storage", "UntypedStorage") when TryFindType(name, out var type):
                return type;
            case var _ when ForbiddenNames.Contains(module, name):
                throw cursor.Invalid(
                    $"refuses to run code: {UntrustedFile.Show($"{module}.{name}")}, which no checkpoint needs; the file may be malicious");
            default:
                return new PickleObject($"{module}.{name}");
        }
    }

    public object FindPersistent(object? id)
    {
        // The legacy format keeps the source text of a module's class beside it.
        if (id is object?[] and ["module", PickleObject module, ..]) return module;
        if (id is not object?[] { Length: 5 or 6 } tuple || tuple[0] is not "storage")
            throw cursor.Invalid("expected the persistent id of a storage");
        if (tuple[1] is PickleObject unknown) return unknown;
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

    /// <summary>Empty, or from Python 2 a list of pairs.</summary>
    private PickleDictionary NewOrderedDictionary(object?[] arguments) => arguments switch
    {
        [] => [],
        [List<object?> pairs] => [.. pairs.Select(PairOf)],
        _ => throw cursor.Invalid("OrderedDict with arguments, expected none or a list of pairs"),
    };

    private KeyValuePair<object?, object?> PairOf(object? item) => item switch
    {
        object?[] and [var key, var value] => new(key, value),
        List<object?> and [var key, var value] => new(key, value),
        _ => throw cursor.Invalid("OrderedDict with arguments, expected none or a list of pairs"),
    };

    /// <summary>(storage, offset, shape, strides, ...): what follows concerns gradients. A storage of unknown elements gives an unknown tensor.</summary>
    private object RebuildTensor(object?[] arguments) => arguments switch
    {
        [StorageReference storage, long offset, object?[] shape, object?[] strides, ..] => View(storage, offset, shape, strides),
        [PickleObject unknown, ..] => unknown,
        _ => throw cursor.Invalid("expected a tensor as (storage, offset, shape, strides, ...)"),
    };

    /// <summary>(storage, offset, shape, strides, requires_grad, hooks, element type, ...): the storage counts bytes.</summary>
    private object RebuildTypedTensor(object?[] arguments)
    {
        if (arguments is [_, _, _, _, _, _, PickleObject unknown, ..]) return unknown;
        if (arguments is not [StorageReference storage, long offset, object?[] shape, object?[] strides, _, _, ElementType type, ..]
            || storage.Type != ElementType.UInt8)
            throw cursor.Invalid("expected a tensor as (storage, offset, shape, strides, requires_grad, hooks, type, ...)");
        if (storage.Count % type.Size() != 0)
            throw cursor.Invalid($"a storage of {storage.Count} bytes does not hold whole elements of {type}");
        return View(new StorageReference(storage.Key, type, storage.Count / type.Size()), offset, shape, strides);
    }

    /// <summary>(tensor, requires_grad, hooks, ...).</summary>
    private object RebuildParameter(object?[] arguments) =>
        arguments is [TensorView or PickleObject, ..] ? arguments[0]! : throw cursor.Invalid("expected a parameter as (tensor, requires_grad, hooks)");

    /// <summary>(function, type, arguments, state): a tensor with attributes of Python, which are not needed. Never nested.</summary>
    private object RebuildFromType(object?[] arguments) =>
        arguments is [PickleFunction rebuild, _, object?[] inner, ..] && rebuild != (PickleFunction)RebuildFromType
        ? rebuild(inner)
        : throw cursor.Invalid("expected a tensor as (function, type, arguments, state)");

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
