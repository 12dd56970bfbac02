using System.Runtime.InteropServices;

namespace Secateur.Bench.Training;

/// <summary>Adds up the times of kernel calls.</summary>
internal sealed class KernelTimes
{
    private readonly Dictionary<(string Kernel, string Pass), (int Calls, TimeSpan Time)> _sums = [];

    public void Add(string kernel, string pass, TimeSpan time)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (kernel, pass), out _);
        sum = (sum.Calls + 1, sum.Time + time);
    }

    /// <summary>The cost of one step, the most expensive kernel first.</summary>
    public KernelCost[] PerStep(int steps)
    {
        var total = _sums.Values.Sum(s => s.Time.TotalMilliseconds);
        return
        [
            .. _sums.Select(s => (s.Key, s.Value.Calls, Ms: s.Value.Time.TotalMilliseconds))
                .OrderByDescending(s => s.Ms)
                .Select(s => new KernelCost(s.Key.Kernel, s.Key.Pass, s.Calls / steps, s.Ms / steps, s.Ms / total)),
        ];
    }
}
