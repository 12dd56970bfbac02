using Secateur.Gpu.Devices;
using Secateur.Gpu.Runs;
using Secateur.Training;
using Secateur.Training.Tests;

namespace Secateur.Gpu.Tests;

/// <summary>
/// Threads that play processes with a device each. It is the same one, for compiling kernels takes seconds, and one thread at a time works with it: each lets the others have it
/// whenever it waits for them.
/// </summary>
internal static class SharedDevice
{
    /// <summary>Runs the same on so many threads.</summary>
    /// <returns>What each gave, by rank.</returns>
    public static T[] Run<T>(DeviceKind kind, int ranks, Func<GpuBackend, T> process)
    {
        var (device, kernels, gate) = (TestDevices.Get(kind), TestDevices.Backend(kind).Kernels, new Lock());
        return ThreadCollective.Run(ranks, others =>
        {
            using (gate.EnterScope()) return process(new GpuBackend(device, new Turns(others, gate)) { Kernels = kernels });
        });
    }

    private sealed class Turns(Collective ranks, Lock gate) : Collective
    {
        public override int Rank => ranks.Rank;

        public override int Size => ranks.Size;

        public override void Gather(Span<byte> parts)
        {
            gate.Exit();
            try
            {
                ranks.Gather(parts);
            }
            finally
            {
                gate.Enter();
            }
        }

        public override void Exchange(ReadOnlySpan<byte> sent, Span<byte> received)
        {
            gate.Exit();
            try
            {
                ranks.Exchange(sent, received);
            }
            finally
            {
                gate.Enter();
            }
        }
    }
}
