using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Import;

/// <summary>Makes a detection head of an imported network's maps: what its encoding is not, nodes beside the maps turn it into.</summary>
internal static class HeadImport
{
    /// <summary>The head, over the network's nodes so far; adds nodes.</summary>
    /// <exception cref="NotTakenException">The description names a map that there is not, or one of other channels.</exception>
    public static DetectorHead Of(GraphImport graph, IReadOnlyList<NetworkOutput> outputs, HeadDescription description)
    {
        if (description.PixelScale != 1) ScalePixels(graph.Network, description.PixelScale);
        if (description.Levels.IsEmpty) return DetectorHead.None with { Pixels = description.Pixels };
        return DetectorHead.None with
        {
            Boxes = description.Boxes,
            Scores = description.Scores == MapScores.GeometricMean ? ScoreEncoding.GeometricMean : ScoreEncoding.Softmax,
            Variances = description.Variances,
            AnchorAspect = description.Aspect,
            Pixels = description.Pixels,
            Levels = [.. description.Levels.Select((level, k) => LevelOf(graph, outputs, description, level, $"level{k}"))],
        };
    }

    /// <summary>The layers that read the image take pixels as they are: what their weights are multiplied by is what pixels were.</summary>
    private static void ScalePixels(NetworkAssembler network, float scale)
    {
        var readers = network.Nodes.Where(n => n.ValueInputs.Contains(0)).ToList();
        var layers = readers.OfType<Conv2dNode>().Select(c => c.Layer).ToHashSet();
        if (readers.Any(r => r is not Conv2dNode) || network.Nodes.OfType<Conv2dNode>().Any(c => c.Input != 0 && layers.Contains(c.Layer)))
            throw new NotTakenException("pixelScale is for networks whose image is read by convolutions of its own");
        foreach (var name in readers.SelectMany(r => r.Parameters.Take(1)).Distinct())
            network.Declare(name, ParameterKind.ConvWeight, new Tensor([.. network.Weight(name).Shape], [.. network.Weight(name).Data.Select(w => w * scale)]));
    }

    private static DetectionLevel LevelOf(GraphImport graph, IReadOnlyList<NetworkOutput> outputs, HeadDescription head, HeadDescription.Level level, string name)
    {
        var anchors = level.AnchorSizes.Length;
        var boxes = Map(level.Boxes, anchors * DetectionLevel.BoxChannels);
        var (scale, shift) = (new double[anchors * DetectionLevel.BoxChannels], new double[anchors * DetectionLevel.BoxChannels]);
        Array.Fill(scale, level.BoxScale);
        for (var c = 0; c < shift.Length; c++) shift[c] = Shift(head, level, c);
        if (level.BoxScale != 1 || shift.Any(s => s != 0)) boxes = ScaleImport.Apply(graph, "", boxes, scale, shift, $"{name}.boxes");
        var scores = head.Scores == MapScores.Softmax ? Map(level.Scores, anchors * DetectionLevel.ScoreChannels) : Pairs();
        return new DetectionLevel(level.Stride, level.AnchorSizes, boxes, scores);

        int Map(string output, int channels)
        {
            var node = outputs.FirstOrDefault(o => o.Name == output)?.Node
                ?? throw new NotTakenException($"the head names the map {UntrustedFile.Show(output)}, which the network does not give; it gives {ShownList.Of(outputs.Select(o => UntrustedFile.Show(o.Name)))}");
            return graph.Network.ChannelsOf(node) == channels ? node : throw new NotTakenException($"the map {UntrustedFile.Show(output)} of the head has {graph.Network.ChannelsOf(node)} channels, expected {channels}");
        }

        // Two logits an anchor: the first is 0 where there is one only, so that the softmax of both is its sigmoid.
        int Pairs()
        {
            var second = Map(level.Scores, anchors);
            var first = head.Scores == MapScores.GeometricMean ? Map(level.Objectness ?? "", anchors) : -1;
            var zeros = first < 0 ? Zeros(graph.Network, second, $"{name}.zero") : -1;
            ImmutableArray<int> parts = [.. Enumerable.Range(0, anchors).SelectMany(a => new[] { first < 0 ? zeros : Channel(first, a), Channel(second, a) })];
            return graph.Network.Append(new ConcatNode(graph.Network.Name($"{name}.scores"), parts), parts.Length, graph.Network.SizesOf(second));
        }

        int Channel(int map, int channel) => anchors == 1 ? map : graph.Network.Append(new SelectNode(graph.Network.Name($"{name}.score"), map, [channel]), 1, graph.Network.SizesOf(map));
    }

    private static int Zeros(NetworkAssembler network, int like, string name)
    {
        var (sizes, layer) = (network.SizesOf(like), network.Layer(name));
        var ones = network.Append(new OnesNode(network.Name($"{name}.ones"), like), 1, sizes);
        var weight = network.Declare(layer + ".weight", ParameterKind.ConvWeight, new Tensor(1, 1, 1, 1));
        return network.Append(new Conv2dNode(network.Name(layer), ones, weight, Bias: null, Stride: 1, Padding: 0, Groups: 1), 1, sizes);
    }

    /// <summary>What is added to a number of a box because the product's anchors have their centre in the middle of the cell.</summary>
    private static double Shift(HeadDescription head, HeadDescription.Level level, int channel)
    {
        var (cells, part, size) = (level.Centre - 0.5, channel % DetectionLevel.BoxChannels, level.AnchorSizes[channel / DetectionLevel.BoxChannels]);
        if (head.Boxes == BoxRegression.Distances) return part < 2 ? -cells : cells;
        return part switch
        {
            0 => cells * level.Stride / (head.Variances.Centre * size),
            1 => cells * level.Stride / (head.Variances.Centre * size * head.Aspect),
            _ => 0,
        };
    }
}
