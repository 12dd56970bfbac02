using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Each chunk's share of a convolution's gradients: by its weights, then by its bias.</summary>
internal sealed unsafe class WeightShares(EngineContext context, ConvLayer layer, ConvTiles tiles)
{
    private readonly int[] _offsets = tiles.InputOffsets();

    /// <summary>The shares of this process's chunks, one after another.</summary>
    public PlanBuffer Buffer { get; } = new((long)context.OwnChunks * (layer.WeightCount + layer.Outputs));

    /// <summary>Floats of a share.</summary>
    public int Floats => layer.WeightCount + layer.Outputs;

    /// <summary>The share of a chunk.</summary>
    public float* Of(float* memory, int chunk) => memory + Buffer.Offset + ((nint)(chunk - context.FirstChunk) * Floats);

    /// <summary>Starts a chunk.</summary>
    public void Clear(float* memory, int chunk) => new Span<float>(Of(memory, chunk), Floats).Clear();

    /// <summary>Adds what a channel's dy gives the bias, where there is one.</summary>
    public void AddBias(float* memory, int chunk, int channel, float* gradient, int positions)
    {
        if (layer.BiasStart is not null) Of(memory, chunk)[layer.WeightCount + channel] += (float)Reductions.Sum(context.Level, gradient, positions);
    }

    /// <summary>Adds what a group's x and dy, planes of scratch memory, give the weights.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="group">The group.</param>
    /// <param name="input">Position 0 of the first plane of x.</param>
    /// <param name="gradient">Position 0 of the first plane of dy; zeros behind the last position.</param>
    /// <param name="positions">The number of positions.</param>
    /// <param name="ahead">What is read next.</param>
    public void AddWeights(float* memory, int chunk, int group, float* input, float* gradient, int positions, ReadAhead ahead)
    {
        fixed (int* offsets = _offsets)
        {
            var call = new WeightGradientCall
            {
                Gradient = gradient,
                GradientStride = tiles.PlaneStride,
                Input = input,
                Offsets = offsets,
                Taps = layer.Taps,
                Positions = positions,
                Result = Of(memory, chunk) + ((nint)group * tiles.GroupOutputs * layer.Taps),
            };
            WeightGradient.Run(context.Level, in call, tiles.GroupOutputs, ref ahead);
        }
    }
}
