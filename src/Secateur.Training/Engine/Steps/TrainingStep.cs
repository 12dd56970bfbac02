using Secateur.Execution;

namespace Secateur.Training.Engine.Steps;

/// <summary>
/// A step of the training plan. Its tasks fall into a fixed number of chunks, which threads take as they come; whatever is summed over a batch is
/// summed within a chunk in the order of its tasks and then over the chunks in theirs, so the result is the same for any number of threads.
/// Of several processes each has as many images and as many chunks, one after another: its chunks hold the same tasks as they would in one process.
/// </summary>
internal abstract unsafe class TrainingStep(string name, EngineContext context) : PlanStep(name), IPlannedStep
{
    private int _next;

    /// <summary>The buffers that it reads or writes.</summary>
    public abstract IEnumerable<PlanBuffer> Buffers { get; }

    protected EngineContext Context { get; } = context;

    /// <summary>The number of tasks.</summary>
    protected abstract int Tasks { get; }

    /// <summary>Must be called before each run.</summary>
    public void Reset() => _next = 0;

    public sealed override void Run(float* memory, int part, int parts)
    {
        var scratch = memory + Context.ScratchOffset + (part * Context.ScratchFloats);
        int chunk;
        while ((chunk = Interlocked.Increment(ref _next) - 1) < Context.OwnChunks)
        {
            var (start, end) = ShareWhole(Tasks, chunk, Context.OwnChunks);
            chunk += Context.FirstChunk;
            StartChunk(memory, chunk);
            for (var task = start; task < end; task++) RunTask(memory, scratch, chunk, task);
        }
    }

    /// <summary>Clears what the chunk's tasks add to.</summary>
    protected virtual void StartChunk(float* memory, int chunk)
    {
    }

    /// <summary>Does one task.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="scratch">The thread's scratch memory.</param>
    /// <param name="chunk">The task's chunk, counted over all processes.</param>
    /// <param name="task">The task.</param>
    protected abstract void RunTask(float* memory, float* scratch, int chunk, int task);
}
