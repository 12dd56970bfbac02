using System.Runtime.InteropServices;
using Secateur.Execution;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>
/// Sums the gradients by all convolutions' weights and biases over the chunks of all processes, at the end of a backward pass. Each process gets everybody's shares of a
/// slice, adds them in the chunks' order, as <see cref="WeightSumStep"/> does for one process, and passes the sums on to all: a reduce-scatter whose order is fixed.
/// </summary>
internal sealed unsafe class WeightExchangeStep(EngineContext context) : PlanStep("weights"), IPlannedStep
{
    private readonly List<(ConvLayer Layer, WeightShares Shares)> _uses = [];
    private float[] _sent = [];
    private float[] _received = [];
    private float[] _sums = [];

    public IEnumerable<PlanBuffer> Buffers => _uses.Select(u => u.Shares.Buffer);

    /// <summary>Adds the shares of a use of a layer; gradients are added up in this order.</summary>
    public void Add(ConvLayer layer, WeightShares shares) => _uses.Add((layer, shares));

    /// <summary>On the caller's thread: only one at a time may talk to the others.</summary>
    public override void Run(float* memory, int part, int parts)
    {
        if (part > 0) return;
        var ranks = context.Collective.Size;
        var slice = (_uses.Sum(u => u.Shares.Floats) + ranks - 1) / ranks;
        if (_sums.Length == 0)
        {
            (_sent, _received) = (new float[slice * context.Chunks], new float[slice * context.Chunks]);
            _sums = new float[slice * ranks];
        }

        Pack(memory, slice);
        context.Collective.Exchange(MemoryMarshal.AsBytes(_sent.AsSpan()), MemoryMarshal.AsBytes(_received.AsSpan()));
        Sum(_sums.AsSpan(slice * context.Collective.Rank, slice));
        context.Collective.Gather(MemoryMarshal.AsBytes(_sums.AsSpan()));
        AddToGradients();
    }

    /// <summary>From a use's chunks to a process's chunks of its slice.</summary>
    private void Pack(float* memory, int slice)
    {
        for (var chunk = 0; chunk < context.OwnChunks; chunk++)
        {
            var at = 0;
            foreach (var (_, shares) in _uses)
            {
                var share = new ReadOnlySpan<float>(shares.Of(memory, context.FirstChunk + chunk), shares.Floats);
                while (!share.IsEmpty)
                {
                    var (rank, start) = Math.DivRem(at, slice);
                    var count = Math.Min(share.Length, slice - start);
                    share[..count].CopyTo(_sent.AsSpan((((rank * context.OwnChunks) + chunk) * slice) + start));
                    share = share[count..];
                    at += count;
                }
            }
        }
    }

    private void Sum(Span<float> sums)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            double sum = 0;
            for (var c = 0; c < context.Chunks; c++) sum += _received[(c * sums.Length) + i];
            sums[i] = (float)sum;
        }
    }

    private void AddToGradients()
    {
        var at = 0;
        foreach (var (layer, shares) in _uses)
        {
            Add(_sums.AsSpan(at, layer.WeightCount), context.Gradients.AsSpan(layer.WeightStart));
            if (layer.BiasStart is { } bias) Add(_sums.AsSpan(at + layer.WeightCount, layer.Outputs), context.Gradients.AsSpan(bias));
            at += shares.Floats;
        }

        static void Add(ReadOnlySpan<float> sums, Span<float> gradients)
        {
            for (var i = 0; i < sums.Length; i++) gradients[i] += sums[i];
        }
    }
}
