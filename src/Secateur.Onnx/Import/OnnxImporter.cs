using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Onnx.Format;
using Secateur.Pixels;
using Secateur.Weights;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Import;

/// <summary>
/// Makes models of ONNX files: convolutional networks that take one image. What makes results of their last maps is kept as it is, and written again by
/// <see cref="Export.OnnxExporter"/>.
/// </summary>
public static class OnnxImporter
{
    private const int ShownProblems = 50;

    // Where a graph takes images of any size: two that are halved six times without a rest.
    private static readonly ImmutableArray<ImageSize> AnySizes = [new(256, 384), new(320, 192)];

    /// <summary>Whether a file may be an ONNX file: it begins as one, and as no checkpoint.</summary>
    public static bool Recognizes(string path)
    {
        if (!File.Exists(path) || BoundedFile.IsWithoutLength(path)) return false;
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];

        // The tags of a model's first fields; a brace after eight bytes begins the header of safetensors.
        return start is [0x08 or 0x12 or 0x1A or 0x22 or 0x32 or 0x3A or 0x42 or 0x72, ..] and not [_, _, _, _, _, _, _, _, (byte)'{'];
    }

    /// <summary>Imports a file.</summary>
    /// <exception cref="InvalidFileException">It is no ONNX file, or holds what cannot be taken: all of that is told, with the names of the nodes.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static ImportedModel Import(string path, OnnxImportOptions options)
    {
        using var file = UntrustedFile.Open(path);
        return Import(file, options);
    }

    /// <summary>Imports a file that is in memory.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="options">How it is imported.</param>
    /// <exception cref="InvalidFileException">As for files.</exception>
    public static ImportedModel Import(string name, byte[] content, OnnxImportOptions options)
    {
        using var file = UntrustedFile.Of(name, content);
        return Import(file, options);
    }

    private static ImportedModel Import(UntrustedFile file, OnnxImportOptions options)
    {
        var description = options.Head is null ? null : HeadDescription.Read(options.Head);
        var graph = OnnxGraphFile.Read(file, options.ReadsExternalData);
        var (input, channels, sizes) = ImageOf(graph);
        var import = GraphImport.Run(graph, input, channels, sizes, options.TakesResults);
        if (import.Problems.Count > 0)
            throw graph.Invalid($"{import.Problems.Count} of its {graph.Nodes.Length} nodes cannot be taken:{string.Concat(import.Problems.Take(ShownProblems).Select(p => $"\n  {p}"))}{(import.Problems.Count > ShownProblems ? $"\n  and {import.Problems.Count - ShownProblems} more" : "")}");
        var tail = TailImport.Run(import);
        if (tail.Outputs.Count == 0) throw graph.Invalid("none of its outputs is made of a layer with weights");
        try
        {
            var head = description is null ? DetectorHead.None with { Pixels = HeadDescription.RawPixels } : HeadOf(import, tail.Outputs, description, options.Head!);
            var info = tail.Tail.WithImageScale(description?.PixelScale ?? 1).AttachTo(InfoOf(graph, file.Path));
            var model = import.Network.Finish(NameOf(file.Path, options.Name), tail.Outputs, head, info);
            if (WeightCheck.Find(model) is { } problem) throw graph.Invalid(problem);
            return new ImportedModel(model, [.. tail.Operators], [.. import.Notes]);
        }
        catch (NetworkException error)
        {
            throw new InvalidFileException(graph.Path, error.Message, error);
        }
    }

    private static DetectorHead HeadOf(GraphImport import, IReadOnlyList<NetworkOutput> outputs, HeadDescription description, string path)
    {
        try
        {
            return HeadImport.Of(import, outputs, description);
        }
        catch (NotTakenException error)
        {
            throw new InvalidFileException(path, error.Message, error);
        }
    }

    /// <summary>The one input: its name, its channels, and the sizes of images that it takes.</summary>
    private static (string Name, int Channels, ImmutableArray<ImageSize> Sizes) ImageOf(OnnxGraphFile graph)
    {
        if (graph.Inputs is not [var input]) throw graph.Invalid($"has {graph.Inputs.Length} inputs ({ShownList.Of(graph.Inputs.Select(i => UntrustedFile.Show(i.Name)))}), expected one image");
        var what = $"its input {UntrustedFile.Show(input.Name)}";
        if (input.Type?.TensorType is not { } type || type.ElemType != (int)TensorProto.Types.DataType.Float) throw graph.Invalid($"{what} is no tensor of float32");
        if (type.Shape is not { Dim: [_, var channels, var height, var width] }) throw graph.Invalid($"{what} has {type.Shape?.Dim.Count ?? 0} sizes, expected [N, C, H, W]");
        if (width.DimValue is 1 or 3 && channels.DimValue is not (>= 1 and <= 4)) throw graph.Invalid($"{what} is [N, H, W, C], channels last, expected [N, C, H, W]");
        if (channels.DimValue is < 1 or > 4096) throw graph.Invalid($"{what} has {channels.DimValue} channels, expected a number from 1 to 4096");
        const int Most = 1 << 14;
        if (height.DimValue is < 0 or > Most || width.DimValue is < 0 or > Most) throw graph.Invalid($"{what} takes {height.DimValue} x {width.DimValue} pixels, expected at most {Most} a side");
        ImmutableArray<ImageSize> sizes = [.. AnySizes
            .Select(any => new ImageSize(height.DimValue > 0 ? (int)height.DimValue : any.Height, width.DimValue > 0 ? (int)width.DimValue : any.Width))
            .Distinct()];
        return (input.Name, (int)channels.DimValue, sizes);
    }

    private static ModelInfo InfoOf(OnnxGraphFile graph, string path) => new()
    {
        Licence = graph.Metadata.GetValueOrDefault("licence") ?? graph.Metadata.GetValueOrDefault("license"),
        Provenance = [.. graph.Metadata.GetValueOrDefault("provenance")?.Split('\n') ?? [], $"imported from {Path.GetFileName(path)}"],
    };

    /// <summary>The network's name: one of no published network, which it may or may not be.</summary>
    private static string NameOf(string path, string? name)
    {
        if (name is not null) return name;
        var stem = NetworkAssembler.Plain(Path.GetFileNameWithoutExtension(path));
        return Architectures.Find(stem) is null ? stem : $"{stem}-onnx";
    }
}
