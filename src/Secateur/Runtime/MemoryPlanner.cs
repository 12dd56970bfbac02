namespace Secateur.Runtime;

/// <summary>A buffer's size and the first and last step that touch it.</summary>
internal record struct BufferLife(long Floats, int First, int Last);

/// <summary>Lays buffers out in one block of memory so that those alive at the same time do not overlap.</summary>
internal static class MemoryPlanner
{
    /// <summary>First fit, largest buffers first.</summary>
    /// <returns>The offset of each buffer and the size of the block, in floats.</returns>
    public static (nint[] Offsets, long Size) Place(IReadOnlyList<BufferLife> buffers)
    {
        var offsets = new nint[buffers.Count];
        var placed = new List<int>();
        long size = 0;
        foreach (var i in Enumerable.Range(0, buffers.Count).OrderByDescending(i => buffers[i].Floats).ThenBy(i => i))
        {
            long at = 0;
            foreach (var other in placed.Where(p => buffers[p].First <= buffers[i].Last && buffers[i].First <= buffers[p].Last).OrderBy(p => offsets[p]))
            {
                if (at + buffers[i].Floats <= offsets[other]) break;
                at = Math.Max(at, offsets[other] + buffers[other].Floats);
            }

            offsets[i] = (nint)at;
            placed.Add(i);
            size = Math.Max(size, at + buffers[i].Floats);
        }

        return (offsets, size);
    }
}
