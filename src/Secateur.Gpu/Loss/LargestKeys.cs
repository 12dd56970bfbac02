using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Loss;

/// <summary>
/// The largest of many keys by a group, without sorting: those above a threshold, and the first few that equal it. The same choice as the
/// processor's. No barrier depends on a condition or on the number of rounds of an outer loop, which not every OpenCL compiler gets right.
/// </summary>
internal static class LargestKeys
{
    private const int DigitBits = 4;
    private const int Digits = 1 << DigitBits;
    private const uint DigitMask = Digits - 1;

    /// <summary>Gives the chosen ones a role. All threads of the group call it alike.</summary>
    /// <param name="keys">At least <paramref name="count"/> keys 0 or more.</param>
    /// <param name="count">How many to choose, above 0.</param>
    /// <param name="roles">One a key.</param>
    /// <param name="role">What the chosen ones get.</param>
    public static void Mark(ArrayView<uint> keys, int count, ArrayView<byte> roles, byte role)
    {
        var (threshold, ties) = Find(keys, count);
        var tiesOf = SharedMemory.Allocate<int>(GpuDevice.GroupSize);
        var length = keys.IntLength;
        var share = (length + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize;
        var from = Group.IdxX * share;
        var to = from + share < length ? from + share : length;
        var own = 0;
        for (var i = from; i < to; i++)
        {
            if (keys[i] == threshold) own++;
        }

        tiesOf[Group.IdxX] = own;
        Group.Barrier();
        for (var t = 0; t < Group.IdxX; t++) ties -= tiesOf[t];
        for (var i = from; i < to; i++)
        {
            var key = keys[i];
            if (key > threshold || (key == threshold && ties-- > 0)) roles[i] = role;
        }
    }

    /// <summary>
    /// The least key that is chosen, and how many of those that equal it. Found digit by digit, the highest first: each thread counts those of its
    /// keys that agree so far by their next digit, so that no thread waits for another one's count.
    /// </summary>
    private static (uint Threshold, int Ties) Find(ArrayView<uint> keys, int count)
    {
        var counts = SharedMemory.Allocate<int>(Digits * GpuDevice.GroupSize);
        var totals = SharedMemory.Allocate<int>(Digits);
        uint known = 0, prefix = 0;
        for (var shift = 32 - DigitBits; shift >= 0; shift -= DigitBits)
        {
            for (var d = 0; d < Digits; d++) counts[(d * GpuDevice.GroupSize) + Group.IdxX] = 0;
            for (var i = Group.IdxX; i < keys.IntLength; i += GpuDevice.GroupSize)
            {
                var key = keys[i];
                if ((key & known) == prefix) counts[((int)((key >> shift) & DigitMask) * GpuDevice.GroupSize) + Group.IdxX]++;
            }

            Group.Barrier();
            if (Group.IdxX < Digits)
            {
                // Each from another thread's count on, so that the reads go to different banks.
                var total = 0;
                for (var t = 0; t < GpuDevice.GroupSize; t++)
                    total += counts[(Group.IdxX * GpuDevice.GroupSize) + ((Group.IdxX + t) & (GpuDevice.GroupSize - 1))];
                totals[Group.IdxX] = total;
            }

            Group.Barrier();
            var digit = Digits - 1;
            for (; totals[digit] < count; digit--) count -= totals[digit];
            known |= DigitMask << shift;
            prefix |= (uint)digit << shift;
        }

        return (prefix, count);
    }
}
