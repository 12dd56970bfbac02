using Secateur.Weights.Files;

using PickleDictionary = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<object?, object?>>;

namespace Secateur.Weights.PyTorch;

/// <summary>Finds the tensors by name in what a checkpoint's pickle made.</summary>
internal static class StateDictionary
{
    private const int ShownKeys = 10;

    /// <summary>Where training scripts put the network's tensors beside the epoch, the optimiser's state and the like.</summary>
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "weight", "net"];

    public static OrderedDictionary<string, TensorView> Find(UntrustedFile file, object? root)
    {
        if (root is not PickleDictionary top) throw file.Invalid($"holds {Describe(root)}, expected a dictionary of tensors");
        if (top.Count == 0 || top.Any(entry => entry.Value is TensorView)) return Tensors(file, top);
        foreach (var wrapper in Wrappers)
        {
            if (top.Find(entry => wrapper.Equals(entry.Key)).Value is PickleDictionary inner) return Tensors(file, inner);
        }
        var keys = top.Take(ShownKeys).Select(entry => entry.Key is string key ? UntrustedFile.Show(key) : Describe(entry.Key));
        var more = top.Count > ShownKeys ? ", ..." : "";
        throw file.Invalid($"holds no tensors: its {top.Count} entries are {string.Join(", ", keys)}{more}");
    }

    private static OrderedDictionary<string, TensorView> Tensors(UntrustedFile file, PickleDictionary entries)
    {
        var tensors = new OrderedDictionary<string, TensorView>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            if (key is not string name) throw file.Invalid($"a tensor's name is {Describe(key)}, expected text");
            if (value is not TensorView tensor) throw file.Invalid($"{UntrustedFile.Show(name)} is {Describe(value)}, expected a tensor");
            if (!tensors.TryAdd(name, tensor)) throw file.Invalid($"a second tensor {UntrustedFile.Show(name)}");
        }
        return tensors;
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        bool => "a boolean",
        long or System.Numerics.BigInteger => "an integer",
        double => "a float",
        string => "text",
        byte[] => "bytes",
        object?[] => "a tuple",
        PickleDictionary => "a dictionary",
        List<object?> => "a list",
        TensorView => "a tensor",
        _ => "something else",
    };
}
