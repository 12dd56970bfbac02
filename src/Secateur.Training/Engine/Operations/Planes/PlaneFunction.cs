using Secateur.Graph;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>What makes a plane [h, w] of one plane of each operand.</summary>
/// <param name="from">The pixels of each operand's plane.</param>
internal abstract unsafe class PlaneFunction(params int[] from)
{
    /// <summary>The pixels of each operand's plane.</summary>
    public IReadOnlyList<int> From => from;

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public virtual int ScratchFloats => 0;

    /// <summary>That of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="from">The shape of each operand.</param>
    /// <param name="to">The shape of the result.</param>
    /// <exception cref="NetworkException">The node is none.</exception>
    public static PlaneFunction Of(Node node, MapShape[] from, MapShape to) => node switch
    {
        ClipNode n => new ClipFunction(n.Min, n.Max, (int)to.Area),
        SigmoidNode => new SigmoidFunction((int)to.Area),
        MultiplyNode => new ProductFunction((int)from[0].Area, (int)from[1].Area),
        AveragePool2dNode n => new AveragePoolFunction(n.Geometry, n.CountPadding, from[0], to),
        GlobalAveragePoolNode => new MeanFunction(from[0]),
        _ => throw new NetworkException($"{node.Name}: {node.GetType().Name} cannot be trained"),
    };

    /// <summary>Computes a plane.</summary>
    /// <param name="inputs">A plane of each operand; a vector behind each may be read.</param>
    /// <param name="output">The result; nothing behind it is written.</param>
    /// <param name="scratch">Scratch memory.</param>
    public abstract void Run(float** inputs, float* output, float* scratch);

    /// <summary>Computes the gradient by each operand's plane.</summary>
    /// <param name="inputs">A plane of each operand.</param>
    /// <param name="gradient">The gradient by the result.</param>
    /// <param name="results">Where those by the operands go.</param>
    public abstract void Back(float** inputs, float* gradient, float** results);
}
