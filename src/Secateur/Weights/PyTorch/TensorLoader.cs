using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Weights.PyTorch;

/// <summary>Turns views into tensors: each storage is read once and let go before the next.</summary>
internal static class TensorLoader
{
    /// <param name="file">The checkpoint.</param>
    /// <param name="kind">How it stores them.</param>
    /// <param name="state">The views by name.</param>
    /// <param name="readStorage">Gives exactly the bytes that a reference declares.</param>
    /// <param name="budget">What may be allocated.</param>
    /// <returns>The tensors in the order of the views; equal views are one tensor.</returns>
    public static TensorFile Load(
        UntrustedFile file,
        WeightFileKind kind,
        StateDictionary state,
        Func<StorageReference, ReadOnlyMemory<byte>> readStorage,
        MemoryBudget budget)
    {
        var loaded = new Dictionary<TensorView, Tensor>();
        foreach (var group in state.Tensors.GroupBy(named => named.Value.Storage))
        {
            var storage = readStorage(group.Key);
            foreach (var (name, view) in group)
            {
                if (!loaded.ContainsKey(view)) loaded.Add(view, Materialise(file, name, view, storage.Span, budget));
            }
        }
        var tensors = new OrderedDictionary<string, Tensor>(state.Tensors.Select(named => KeyValuePair.Create(named.Key, loaded[named.Value])), StringComparer.Ordinal);
        return new TensorFile(kind, tensors, new Dictionary<string, string>()) { Notes = state.Notes };
    }

    private static Tensor Materialise(UntrustedFile file, string name, TensorView view, ReadOnlySpan<byte> storage, MemoryBudget budget)
    {
        var shown = $"tensor {UntrustedFile.Show(name)}";
        budget.Charge((long)view.Count * sizeof(float), shown);
        var data = new float[view.Count];
        var misfit = view.Gather(storage, data);
        if (misfit >= 0) throw file.Invalid($"{shown}: element {misfit} ({view.Storage.Type}) does not fit float32");
        return new Tensor(view.Shape, data);
    }
}
