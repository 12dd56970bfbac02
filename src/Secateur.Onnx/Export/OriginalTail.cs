using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Onnx.Format;
using Secateur.Weights;

namespace Secateur.Onnx.Export;

/// <summary>Writes a network that was imported from ONNX in its graph's place: inputs, results and what makes them of the network's maps are those of the original.</summary>
internal static class OriginalTail
{
    /// <summary>Writes input, network, tail and results.</summary>
    /// <returns>The name of each node's value.</returns>
    /// <exception cref="NetworkException">The network lacks a map that the tail reads, or the graph takes images of another size.</exception>
    public static string[] Write(GraphWriter graph, Model model, OnnxTail tail, OnnxExportOptions options)
    {
        var (network, original) = (model.Network, tail.Graph);
        var image = original.Input[0].Clone();
        var shapes = ShapesOf(network, image, options);
        var outputs = network.Outputs.Select(o => o.Name).ToHashSet();
        var given = original.Node.SelectMany(n => n.Output).Concat(original.Initializer.Select(i => i.Name)).Where(n => n.Length > 0).ToHashSet();
        var missing = original.Node.SelectMany(n => n.Input).Concat(original.Output.Select(o => o.Name))
            .FirstOrDefault(name => name.Length > 0 && name != image.Name && !outputs.Contains(name) && !given.Contains(name));
        if (missing is not null) throw new NetworkException($"{network.Architecture} gives no '{missing}', which what was imported with it reads");
        foreach (var name in given.Union(outputs).Append(image.Name)) graph.Reserve(name);

        graph.Graph.Input.Add(image);
        var read = tail.ImageScale == 1 ? image.Name : graph.Add("Mul", "image.pixels", [image.Name, graph.Number(1 / tail.ImageScale)]);
        var values = new NodeTranslator(model, graph, read, shapes).Run();
        foreach (var output in network.Outputs) graph.Graph.Node.Add(new NodeProto { OpType = "Identity", Name = output.Name, Input = { values[output.Node] }, Output = { output.Name } });
        graph.Graph.Initializer.AddRange(original.Initializer);
        graph.Graph.Node.AddRange(original.Node);
        graph.Graph.Output.AddRange(original.Output);
        return values;
    }

    /// <summary>The shapes of all nodes, where the graph takes one image of one size; makes the input say so where that is asked for.</summary>
    private static ImmutableArray<MapShape>? ShapesOf(Network network, ValueInfoProto image, OnnxExportOptions options)
    {
        var sizes = image.Type.TensorType.Shape.Dim;
        if (options.Size is { } size)
        {
            if ((sizes[2].DimValue is > 0 and var height && height != size.Height) || (sizes[3].DimValue is > 0 and var width && width != size.Width))
                throw new NetworkException($"{network.Architecture} was imported from a graph of images of {sizes[2].DimValue} x {sizes[3].DimValue} pixels, and is written for those");
            (sizes[0], sizes[2], sizes[3]) = (Of(1), Of(size.Height), Of(size.Width));
        }

        return sizes[0].DimValue == 1 && sizes[2].DimValue is > 0 and <= int.MaxValue && sizes[3].DimValue is > 0 and <= int.MaxValue
            ? NetworkShapes.Infer(network, (int)sizes[2].DimValue, (int)sizes[3].DimValue)
            : null;

        static TensorShapeProto.Types.Dimension Of(int number) => new() { DimValue = number };
    }
}
