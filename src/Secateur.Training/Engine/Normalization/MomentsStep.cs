using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Normalization;

/// <summary>The moments of a map that no convolution computed.</summary>
internal sealed unsafe class MomentsStep(string name, EngineContext context, StoredMap map) : TrainingStep(name, context)
{
    private readonly PlanBuffer _raw = map.Raw;

    /// <summary>Of each chunk and channel.</summary>
    public PlanBuffer Moments { get; } = new((long)context.Chunks * map.Channels * Kernels.Moments.Floats);

    public override IEnumerable<PlanBuffer> Buffers => [_raw, Moments];

    protected override int Tasks => map.Batch * map.Channels;

    protected override void StartChunk(float* memory, int chunk) => new Span<Moments>(MomentsOf(memory, chunk), map.Channels).Clear();

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, channel) = (task / map.Channels, task % map.Channels);
        MomentsOf(memory, chunk)[channel].Merge(Reductions.Moments(Context.Level, map.Plane(memory, _raw, image, channel), map.Positions));
    }

    private Moments* MomentsOf(float* memory, int chunk) => (Moments*)(memory + Moments.Offset) + ((nint)chunk * map.Channels);
}
