using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>
/// Values below the smallest normal float: what weight decay leaves of filters that nothing needs. Many processors take a hundred times as long to
/// multiply by one, and to a sum of normal floats it adds nothing.
/// </summary>
internal static class Subnormals
{
    /// <summary>The same model with zeros in their place.</summary>
    public static Model Clear(Model model) =>
        new(model.Network, model.Weights.Select(weight => KeyValuePair.Create(weight.Key, Clear(weight.Value))).ToDictionary(), model.Info);

    private static Tensor Clear(Tensor tensor)
    {
        if (!tensor.Data.Any(float.IsSubnormal)) return tensor;
        var cleared = tensor.Clone();
        foreach (ref var value in cleared.Data.AsSpan())
        {
            if (float.IsSubnormal(value)) value = 0;
        }

        return cleared;
    }
}
