using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Fixed;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>What all who build a plan for one input size know.</summary>
internal sealed class PlanContext
{
    /// <exception cref="NetworkException">The input is too small for the network.</exception>
    public PlanContext(LoweredModel lowered, int height, int width)
    {
        Lowered = lowered;
        Shapes = NetworkShapes.Infer(Network, height, width);
        FixedMaps = ImmutableArray.Create(FixedMapEvaluator.Run(lowered.Model, Shapes));
        var halo = Enumerable.Range(0, Network.Nodes.Length)
            .Where(i => Values.IsComputed(i) && Network.Nodes[i] is Conv2dNode)
            .Select(i => HaloOf(new TapGeometry(Network.GeometryOf((Conv2dNode)Network.Nodes[i]))))
            .Append(0)
            .Max();
        Draft = new PlanDraft(height, width, halo);
    }

    /// <summary>The model with its packed weights.</summary>
    public LoweredModel Lowered { get; }

    /// <summary>Its graph.</summary>
    public Network Network => Lowered.Model.Network;

    /// <summary>Who reads what.</summary>
    public ValueFlow Values => Lowered.Values;

    /// <summary>What is computed together.</summary>
    public FusedSteps Fused => Lowered.Fused;

    /// <summary>What is held as bytes.</summary>
    public ByteForm Bytes => Lowered.Bytes;

    /// <summary>The shape of every node.</summary>
    public ImmutableArray<MapShape> Shapes { get; }

    /// <summary>The maps of the nodes that do not depend on the image; null for the others.</summary>
    public ImmutableArray<FixedMap?> FixedMaps { get; }

    /// <summary>The vector width.</summary>
    public SimdLevel Level => Lowered.Level;

    /// <summary>The buffers and steps so far.</summary>
    public PlanDraft Draft { get; }

    /// <summary>The slope below zero of an activation; 1 where there is none.</summary>
    /// <exception cref="NetworkException">The node is no activation.</exception>
    public float SlopeOf(Node? activation) => activation switch
    {
        null => 1,
        ReluNode => 0,
        PReluNode n => Lowered.Model.Weights[n.Slope].Data[0],
        _ => throw NodeValues.Unknown(activation),
    };

    /// <summary>The rows of the image.</summary>
    public ImageRows ImageRows(MemoryMap memory) => new(memory.Image, Network.Head.Pixels);

    /// <summary>
    /// The halo that a convolution needs: of its input's own planes the gap between rows serves both sides; of phase planes, where real pixels may
    /// lie on either side, it cannot be shared.
    /// </summary>
    private static int HaloOf(TapGeometry taps) => taps.ReadsDirectly ? Math.Max(taps.Before, taps.After) : taps.Before + taps.After;
}
