namespace Secateur.Bench.Ranks;

/// <summary>A network between machines, on paper.</summary>
/// <param name="LatencyUs">Microseconds until the first byte of a message is there.</param>
/// <param name="GigabitsPerSecond">Of each machine, in either direction.</param>
internal sealed record ClusterNetwork(double LatencyUs, double GigabitsPerSecond)
{
    /// <summary>RDMA and TCP, fast and usual Ethernet.</summary>
    public static IReadOnlyList<ClusterNetwork> All { get; } = [new(2, 100), new(2, 10), new(20, 100), new(20, 10)];

    public override string ToString() => FormattableString.Invariant($"{LatencyUs} us, {GigabitsPerSecond} Gbit/s");
}

/// <summary>
/// The time of a step in many processes, one a machine, on paper: the images' time is divided evenly, and nothing is computed while messages travel. A gather takes as many
/// latencies as the number of processes has binary digits (recursive doubling), an exchange one for each other process; all but a process's own part passes through its
/// network card once.
/// </summary>
/// <param name="imageMs">Milliseconds of one image's share of a step in one process.</param>
/// <param name="batch">Images of a step.</param>
/// <param name="messages">Those of a step.</param>
/// <param name="ranks">The number of processes that they were counted in.</param>
internal sealed class ClusterModel(double imageMs, int batch, MessageCosts messages, int ranks)
{
    /// <summary>The numbers of processes that are looked at.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [1, 2, 4, 8, 16, 32, 64];

    /// <summary>Milliseconds of a step.</summary>
    public double StepMs(ClusterNetwork network, int size) => (imageMs * batch / size) + MessageMs(network, size);

    /// <summary>How many times as fast as one process.</summary>
    public double Speedup(ClusterNetwork network, int size) => StepMs(network, 1) / StepMs(network, size);

    /// <summary>Milliseconds of a step in which messages travel.</summary>
    public double MessageMs(ClusterNetwork network, int size)
    {
        if (size == 1) return 0;
        var latencies = (messages.Gathers * Math.Ceiling(Math.Log2(size))) + (messages.Exchanges * (size - 1));

        // What each sends in an exchange becomes less with their number; a whole list does not.
        var bytes = (messages.GatherBytes + (messages.ExchangeBytes * ranks / size)) * (size - 1) / size;
        return (latencies * network.LatencyUs / 1e3) + (8 * bytes / (network.GigabitsPerSecond * 1e6));
    }
}
