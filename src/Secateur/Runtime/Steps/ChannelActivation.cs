using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Activation;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Runtime.Steps;

/// <summary>An activation over the planes of a map.</summary>
internal abstract unsafe class ChannelActivation
{
    /// <summary>That of a node.</summary>
    /// <exception cref="NetworkException">The node is no activation.</exception>
    public static ChannelActivation Of(Model model, Node node) => node switch
    {
        ReluNode n => new Bend(new float[model.Network.ChannelsOf(n.Input)]),
        PReluNode n => new Bend(Arrays.Of(model.Network.ChannelsOf(n.Input), c => Slopes.Of(model, n, c))),
        ClipNode n => new Clip(n.Min, n.Max),
        SigmoidNode => new Sigmoid(),
        _ => throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) is no activation"),
    };

    /// <summary>Computes positions [start, end) of a channel; output may be x.</summary>
    public abstract void Run(int channel, float* x, float* output, int start, int end);

    private sealed class Bend(float[] slopes) : ChannelActivation
    {
        public override void Run(int channel, float* x, float* output, int start, int end) => PlaneActivation.Run(x, slopes[channel], output, start, end);
    }

    private sealed class Clip(float min, float max) : ChannelActivation
    {
        public override void Run(int channel, float* x, float* output, int start, int end) => PlaneClip.Run(x, min, max, output, start, end);
    }

    private sealed class Sigmoid : ChannelActivation
    {
        public override void Run(int channel, float* x, float* output, int start, int end) => PlaneSigmoid.Run(x, output, start, end);
    }
}
