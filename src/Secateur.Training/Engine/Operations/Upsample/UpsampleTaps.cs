using Secateur.Graph;
using Secateur.Kernels.Upsample;

namespace Secateur.Training.Engine.Operations.Upsample;

/// <summary>Where the pixels of an upsampled row or column come from: (1 - T) * Low + T * High.</summary>
internal static class UpsampleTaps
{
    public static BilinearTap[] Of(UpsampleNode node, int from, int to) =>
    [
        .. Enumerable.Range(0, to).Select(i => node.Mode switch
        {
            UpsampleMode.Bilinear => BilinearTap.At(i, from, to),
            UpsampleMode.Nearest => new BilinearTap(NearestSource.Of(i, from, to), 0, 0),
            _ => throw new NetworkException($"{node.Name}: upsampling of mode {node.Mode} cannot be trained"),
        })
    ];
}
