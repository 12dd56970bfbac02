using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Onnx.Format;
using Secateur.Onnx.Import;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Onnx.Export;

/// <summary>Reads an exported graph again and runs it beside the model: the last word before a file is written.</summary>
public static class ExportCheck
{
    /// <summary>The largest relative difference that float rounding explains.</summary>
    public const double Tolerance = 1e-4;

    private static readonly (int Height, int Width)[] Sizes = [(61, 83), (64, 96), (128, 192), (224, 224), (320, 480), (640, 640)];

    /// <summary>
    /// The largest difference of the maps with which the exported network ends from those of the model, on a seeded random image, relative to each map's
    /// largest magnitude. Of a file that takes pixels as they are, what follows the first steps is checked.
    /// </summary>
    /// <exception cref="InvalidOperationException">The graph cannot be read again, ends in maps that the model does not have, or differs by more than <see cref="Tolerance"/>.</exception>
    public static double Run(Model model, OnnxFile file, OnnxExportOptions options)
    {
        if (model.Quantization is not null)
        {
            // Values rounded to bytes are not read again; the same graph is, without them.
            var floats = new Model(model.Network, model.Weights, model.Info);
            return Run(floats, OnnxExporter.Export(floats, options), options);
        }

        var (written, exchanged, values) = OnnxExporter.Write(model, options with { Input = OnnxInput.Float32 });
        var again = ReadAgain(options.Input == OnnxInput.Float32 ? file : written, new OnnxImportOptions
        {
            Name = exchanged.Network.Architecture,
            TakesResults = options.Output == OnnxOutput.Heads && OnnxTail.Find(exchanged) is null,
        });
        var probe = Probe(exchanged, values, again.Network.Outputs);
        var (height, width) = SizeFor(options, file, probe.Network, again.Network);
        var channels = probe.Network.Nodes.OfType<InputNode>().Single().Channels;
        var (image, random) = (new float[channels * height * width], new SeededRandom(1));
        foreach (ref var value in image.AsSpan()) value = (float)random.NextDouble() - 0.5f;
        var scale = options is { Output: OnnxOutput.Heads, Input: OnnxInput.Float32 } ? OnnxTail.Find(exchanged)?.ImageScale ?? 1 : 1;
        float[] given = [.. image.Select(value => value * scale)];
        var worst = probe.Network.Outputs.Zip(Run(probe, image, height, width), Run(again, given, height, width))
            .Max(o => Difference(o.Second, o.Third));
        return worst <= Tolerance ? worst : throw new InvalidOperationException(FormattableString.Invariant($"the exported graph differs by {worst:0.0e+0} (relative; at most {Tolerance:0.0e+0} expected)"));
    }

    private static Model ReadAgain(OnnxFile file, OnnxImportOptions options)
    {
        try
        {
            return OnnxImporter.Import("the exported graph", file.Content, options).Model;
        }
        catch (InvalidFileException error)
        {
            throw new InvalidOperationException(error.Message, error);
        }
    }

    /// <summary>The model with the maps as outputs in which the graph ends.</summary>
    private static Model Probe(Model model, string[] values, ImmutableArray<NetworkOutput> wanted)
    {
        var network = model.Network;
        var outputs = wanted.Select(o => OnnxMetadata.HeadsOf(network).FirstOrDefault(own => own.Name == o.Name)
            ?? (Array.IndexOf(values, o.Name) is >= 0 and var node ? new NetworkOutput(o.Name, node) : throw new InvalidOperationException($"the exported graph ends in '{o.Name}', which the model does not have")));
        return new Model(new Network(network.Architecture, network.Nodes, network.Parameters, outputs, network.Head), model.Weights, model.Info);
    }

    private static (int Height, int Width) SizeFor(OnnxExportOptions options, OnnxFile file, params Network[] networks)
    {
        if (options.Size is { } size) return size;
        if (file.Inputs is [{ Shape: [_, _, var rows, var columns] }] && int.TryParse(rows, out var height) && int.TryParse(columns, out var width)) return (height, width);
        foreach (var (high, wide) in Sizes)
        {
            if (networks.All(network => Takes(network, high, wide))) return (high, wide);
        }

        return Sizes[^1];
    }

    private static bool Takes(Network network, int height, int width)
    {
        try
        {
            NetworkShapes.Infer(network, height, width);
            return true;
        }
        catch (NetworkException)
        {
            return false;
        }
    }

    private static IEnumerable<float[]> Run(Model model, float[] image, int height, int width)
    {
        using var session = new InferenceEngine(model).CreateSession();
        session.Run(image, height, width);
        foreach (var output in model.Network.Outputs)
        {
            var shape = session.OutputShape(output.Name);
            var values = new float[shape.Channels * shape.Area];
            session.CopyOutput(output.Name, values);
            yield return values;
        }
    }

    private static double Difference(float[] expected, float[] found)
    {
        if (expected.Length != found.Length || !Array.TrueForAll(found, float.IsFinite)) return double.PositiveInfinity;
        var largest = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        var difference = expected.Zip(found, (a, b) => Math.Abs((double)a - b)).DefaultIfEmpty().Max();
        return difference == 0 ? 0 : difference / largest;
    }
}
