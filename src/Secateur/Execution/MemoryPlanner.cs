namespace Secateur.Execution;

/// <summary>A buffer's size and the first and last step that touch it.</summary>
internal record struct BufferLife(long Floats, int First, int Last);

/// <summary>Lays buffers out in one block of memory so that those alive at the same time do not overlap.</summary>
/// <remarks>Loops, not queries: every query over numbers is code of its own to compile, while the first image waits.</remarks>
internal static class MemoryPlanner
{
    /// <summary>First fit, largest buffers first.</summary>
    /// <returns>The offset of each buffer and the size of the block, in floats.</returns>
    public static (nint[] Offsets, long Size) Place(IReadOnlyList<BufferLife> buffers)
    {
        var offsets = new nint[buffers.Count];
        var order = new int[buffers.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => buffers[a].Floats == buffers[b].Floats ? a.CompareTo(b) : buffers[b].Floats.CompareTo(buffers[a].Floats));

        // By offset.
        var placed = new List<int>(order.Length);
        long size = 0;
        foreach (var i in order)
        {
            var buffer = buffers[i];
            long at = 0;
            foreach (var p in placed)
            {
                var other = buffers[p];
                if (other.First > buffer.Last || buffer.First > other.Last) continue;
                if (at + buffer.Floats <= offsets[p]) break;
                at = Math.Max(at, offsets[p] + other.Floats);
            }

            offsets[i] = (nint)at;
            var before = 0;
            while (before < placed.Count && offsets[placed[before]] <= at) before++;
            placed.Insert(before, i);
            size = Math.Max(size, at + buffer.Floats);
        }

        return (offsets, size);
    }
}
