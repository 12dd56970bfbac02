using System.Collections.Immutable;
using Secateur.Weights.Files;
using Secateur.Weights.Pickle;

using PickleDictionary = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<object?, object?>>;

namespace Secateur.Weights.PyTorch;

/// <summary>The tensors by name in what a checkpoint's pickle made.</summary>
/// <param name="Tensors">In the order of the file.</param>
/// <param name="Notes">What stands beside them and was not taken, in words.</param>
internal sealed record StateDictionary(OrderedDictionary<string, TensorView> Tensors, ImmutableArray<string> Notes)
{
    private const int ShownKeys = 5;
    private const int NotedKeys = 3;
    private const int MostWrappers = 64;
    private const int EntryCost = 64;
    private const string Advice = "save it with torch.save(model.state_dict(), path)";

    /// <summary>
    /// Where training scripts put the network's tensors beside the epoch, the optimiser's state and the like. Of several that hold tensors the first
    /// in this order is taken: trained weights before their moving average.
    /// </summary>
    private static readonly string[] Wrappers =
    [
        "state_dict", "model_state_dict", "model_state", "model", "network", "net", "module", "params", "weights", "weight", "state",
        "ema", "state_dict_ema", "ema_state_dict", "model_ema", "params_ema",
    ];

    /// <summary>The network's tensors: those inside a wrapper where there is one that holds any, else those at the top.</summary>
    public static StateDictionary Find(UntrustedFile file, object? root)
    {
        if (root is not PickleDictionary top) throw file.Invalid($"holds {Describe(root)}, expected a dictionary of tensors; {Advice}");
        if (top.Count == 0) return new([], []);
        var notes = new List<string>();
        if (Unwrap(top, notes, []) is { } entries) return new(TensorsOf(file, entries, notes), [.. notes]);
        var keys = top.Take(ShownKeys).Select(entry => $"{DescribeKey(entry.Key)} ({Describe(entry.Value)})");
        var more = top.Count > ShownKeys ? ", ..." : "";
        throw file.Invalid($"holds no tensors by name: its {top.Count} entries are {string.Join(", ", keys)}{more}; {Advice}");
    }

    /// <summary>All tensors of a dictionary of dictionaries, as <c>LAYER.NAME</c>: the masks that pruning tools write beside a model.</summary>
    public static StateDictionary Flatten(UntrustedFile file, object? root)
    {
        if (root is not PickleDictionary top) throw file.Invalid($"holds {Describe(root)}, expected a dictionary of masks by layer");
        var entries = new PickleDictionary();
        var budget = new MemoryBudget(file);
        foreach (var (key, value) in top)
        {
            if (key is not string layer || value is not PickleDictionary masks)
            {
                entries.Add(new(key, value));
                continue;
            }

            // One dictionary can be the value of many keys: the names are many more than the file holds.
            foreach (var mask in masks)
            {
                if (mask.Key is not string name) continue;
                budget.Charge(EntryCost + (((long)layer.Length + name.Length) * sizeof(char)), "a mask's name");
                entries.Add(new($"{layer}.{name}", mask.Value));
            }
        }

        return new(TensorsOf(file, entries, []), []);
    }

    /// <param name="entries">Where to look.</param>
    /// <param name="notes">Told what is taken, outermost first.</param>
    /// <param name="seen">Where was looked already: a dictionary may hold itself, and be nested without end.</param>
    private static PickleDictionary? Unwrap(PickleDictionary entries, List<string> notes, HashSet<PickleDictionary> seen)
    {
        if (seen.Count == MostWrappers || !seen.Add(entries)) return null;
        foreach (var wrapper in Wrappers)
        {
            if (entries.Find(entry => wrapper.Equals(entry.Key)).Value is not PickleDictionary inner || Unwrap(inner, notes, seen) is not { } found) continue;
            notes.Insert(0, $"took '{wrapper}'" + Beside([.. entries.Where(entry => !wrapper.Equals(entry.Key)).OrderByDescending(IsWrapper)]));
            return found;
        }

        return entries.Exists(IsNamedTensor) ? entries : null;
    }

    private static OrderedDictionary<string, TensorView> TensorsOf(UntrustedFile file, PickleDictionary entries, List<string> notes)
    {
        var tensors = new OrderedDictionary<string, TensorView>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(IsNamedTensor))
        {
            var name = (string)entry.Key!;
            if (!tensors.TryAdd(name, (TensorView)entry.Value!)) throw file.Invalid($"a second tensor {UntrustedFile.Show(name)}");
        }

        var others = entries.Where(entry => !IsNamedTensor(entry)).ToList();
        if (others.Count > 0) notes.Add($"passed over {Shown(others)}");
        return tensors;
    }

    private static bool IsNamedTensor(KeyValuePair<object?, object?> entry) => entry is { Key: string, Value: TensorView };

    /// <summary>Whether it may hold weights, too: to be named first among what was passed over.</summary>
    private static bool IsWrapper(KeyValuePair<object?, object?> entry) => entry.Key is string key && Wrappers.Contains(key);

    private static string Beside(PickleDictionary others) => others.Count == 0 ? "" : $" and passed over {Shown(others)}";

    private static string Shown(PickleDictionary entries) =>
        string.Join(", ", entries.Take(NotedKeys).Select(entry => DescribeKey(entry.Key))) + (entries.Count > NotedKeys ? $" and {entries.Count - NotedKeys} more" : "");

    private static string DescribeKey(object? key) => key is string text ? UntrustedFile.Show(text) : Describe(key);

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
        PickleObject unknown => $"an object of {UntrustedFile.Show(unknown.Name)}, which is not read",
        _ => "something else",
    };
}
