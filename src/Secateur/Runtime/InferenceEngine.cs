using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Runtime.Planning;
using Secateur.Weights;

namespace Secateur.Runtime;

/// <summary>A model ready to run on images of any size. Safe to share between threads: each runs its own <see cref="InferenceSession"/>.</summary>
public sealed class InferenceEngine : IImageEngine
{
    private const int KeptPlans = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<SizedPlan> _plans = [];

    /// <summary>Folds batch norms and what is fixed, and packs weights; plans are compiled at the first image of a size and kept for the next.</summary>
    /// <exception cref="InvalidOperationException"><see cref="SimdLevels.Variable"/> holds no width.</exception>
    public InferenceEngine(Model model)
        : this(model, FormOf(model))
    {
    }

    private InferenceEngine(Model model, Model form)
    {
        Model = model;
        Lowered = new LoweredModel(form, SimdLevels.Detect());
    }

    /// <summary>The model as it was given.</summary>
    public Model Model { get; }

    /// <summary>Bytes of the weights as they run: batch norms folded, and of a compacted model one copy for every use that reads other channels.</summary>
    public long WeightBytes => Lowered.Model.Weights.Sum(w => (long)w.Value.Length * (Lowered.Model.Quantization?.WeightScales.ContainsKey(w.Key) == true ? sizeof(sbyte) : sizeof(float)));

    /// <summary>
    /// The multiply-adds of the convolutions that run for one image of <paramref name="height"/> x <paramref name="width"/> pixels, by their definition.
    /// A compacted model's file may have more: for all uses of a shared layer the channels that any of them needs.
    /// </summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public long CountMacs(int height, int width) => NetworkCosts.CountMacs(Lowered.Model.Network, height, width);

    /// <summary>The form in which a model runs; a quantized one has it already.</summary>
    internal static Model FormOf(Model model) => model.Quantization is null ? ModelPasses.Inference.Run(model) : model;

    /// <summary>A model in this form, as it is: its nodes keep their places.</summary>
    internal static InferenceEngine OfForm(Model form) => new(form, form);

    /// <summary>What runs in its place.</summary>
    internal LoweredModel Lowered { get; }

    Network IImageEngine.Running => Lowered.Model.Network;

    IImageSession IImageEngine.CreateSession(int threads) => CreateSession(threads);

    /// <summary>A workspace for one caller at a time, with <paramref name="threads"/> threads (the caller's included).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public InferenceSession CreateSession(int threads = 1) => new(this, threads);

    /// <summary>The plan for an input size.</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    internal InferencePlan PlanFor(int height, int width)
    {
        lock (_gate)
        {
            for (var node = _plans.First; node is not null; node = node.Next)
            {
                if (node.Value.Height != height || node.Value.Width != width) continue;
                if (node != _plans.First)
                {
                    _plans.Remove(node);
                    _plans.AddFirst(node);
                }

                return node.Value.Plan;
            }
        }

        var plan = PlanBuilder.Build(Lowered, height, width);
        lock (_gate)
        {
            _plans.AddFirst(new SizedPlan(height, width, plan));
            if (_plans.Count > KeptPlans) _plans.RemoveLast();
        }

        return plan;
    }

    /// <summary>A plan and the size that it is for.</summary>
    private sealed record SizedPlan(int Height, int Width, InferencePlan Plan);
}
