using Secateur.Graph;

namespace Secateur.Lowering.Narrowing;

/// <summary>Bounds the weights of a rewritten network: a few selections of a weight's channels ask for as many copies of it.</summary>
/// <param name="most">How many elements there may be.</param>
internal sealed class WeightBudget(long most)
{
    private long _left = most;

    /// <summary>For a model whose weights are written a few times over.</summary>
    public static WeightBudget For(Network network) =>
        new((1 << 20) + (8 * network.Nodes.OfType<Conv2dNode>().Sum(conv => (long)network.Parameter(conv.Weight).Count)));

    /// <summary>Takes room for a tensor that is about to be made.</summary>
    /// <exception cref="NetworkException">There is none.</exception>
    public void Take(long elements)
    {
        _left -= elements;
        if (_left < 0) throw new NetworkException("the network's weights would multiply");
    }
}
