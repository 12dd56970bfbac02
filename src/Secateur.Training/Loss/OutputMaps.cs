using System.Collections.Immutable;
using Secateur.Graph;

namespace Secateur.Training.Loss;

/// <summary>Values for all outputs of a network and a batch of images, each output's [N, C, H, W].</summary>
internal sealed class OutputMaps
{
    private readonly ImmutableArray<int> _lengths;

    /// <summary>Lays them out; all are zero.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">Width and height of its square input in pixels.</param>
    /// <param name="images">N.</param>
    /// <exception cref="NetworkException">The images are too small for the network, or the batch is too large.</exception>
    public OutputMaps(Network network, int size, int images)
    {
        var shapes = NetworkShapes.Infer(network, size, size);
        ImmutableArray<long> lengths = [.. network.Outputs.Select(o => shapes[o.Node].Channels * shapes[o.Node].Area)];
        if (lengths.Any(length => length * images > Array.MaxLength))
            throw new NetworkException($"a batch of {images} at {size} x {size} pixels is too large; take a smaller batch or smaller images");
        _lengths = [.. lengths.Select(length => (int)length)];
        Values = [.. _lengths.Select(length => new float[length * images])];
    }

    /// <summary>Those of each output.</summary>
    public ImmutableArray<float[]> Values { get; }

    /// <summary>Those of an output and an image, [C, H, W].</summary>
    public Span<float> Of(int output, int image) => Values[output].AsSpan(image * _lengths[output], _lengths[output]);

    /// <summary>The number of values of an output for one image.</summary>
    public int LengthOf(int output) => _lengths[output];
}
