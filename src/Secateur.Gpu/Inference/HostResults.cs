using System.Runtime.InteropServices;
using Secateur.Runtime.Memory;

namespace Secateur.Gpu.Inference;

/// <summary>The results of an image, back in the machine's memory.</summary>
internal sealed unsafe class HostResults
{
    private float[] _values = [];
    private IReadOnlyDictionary<int, PlacedMap> _maps = new Dictionary<int, PlacedMap>();

    /// <summary>Room for so many values, at an address that stays.</summary>
    public float[] Reserve(int count, IReadOnlyDictionary<int, PlacedMap> maps)
    {
        _maps = maps;
        if (_values.Length != count) _values = GC.AllocateUninitializedArray<float>(count, pinned: true);
        return _values;
    }

    /// <summary>The result of a node.</summary>
    public ResultMap Of(int node) => new((float*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0), _maps[node]);
}
