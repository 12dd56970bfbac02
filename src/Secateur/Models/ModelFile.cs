using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Secateur.Graph;
using Secateur.Weights;
using Secateur.Weights.Files;
using Secateur.Weights.Naming;

namespace Secateur.Models;

/// <summary>
/// Models as files: a safetensors file whose metadata holds what <see cref="ModelInfo"/> says and, where it is not the published network, the
/// graph; or, for reading, any checkpoint of a published network.
/// </summary>
public static class ModelFile
{
    private const string ArchitectureKey = "secateur.architecture";
    private const string NetworkKey = "secateur.network";
    private const string AspectKey = "secateur.anchor_aspect";
    private const string MeanKey = "secateur.mean";
    private const string ProvenanceKey = "secateur.provenance";
    private const string KeptFiltersKey = "secateur.kept_filters";
    private const string QuantizationKey = "secateur.quantization";
    private const string AttachmentPrefix = "secateur.attachment.";
    private const string LicenceKey = "licence";

    /// <summary>Reads a model, as <see cref="Load(string, string?, string?)"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="architecture">The published network that a checkpoint holds; null to guess it from its tensors.</param>
    /// <exception cref="InvalidFileException">As for <see cref="Load(string, string?, string?)"/>.</exception>
    /// <exception cref="ArgumentException">No such architecture.</exception>
    public static Model Read(string path, string? architecture = null) => Load(path, architecture).Model;

    /// <summary>
    /// Reads a model, and tells what had to be done to the file's tensors to make them the network's: prefixes that wrappers put before the names,
    /// second names of the same tensor, masks that are to be multiplied, what stands beside the weights.
    /// </summary>
    /// <param name="path">A safetensors file, or a PyTorch checkpoint (zip, legacy, or the five files of the official EResFD).</param>
    /// <param name="architecture">The published network that a checkpoint holds; null to guess it from its tensors.</param>
    /// <param name="masks">A file of masks that the weights are multiplied by, see <see cref="WeightFile.ReadMasks"/>; null for none.</param>
    /// <exception cref="InvalidFileException">
    /// A file is damaged, its tensors are not those of the network (the first differences are told), or a value is none that a trained network has.
    /// </exception>
    /// <exception cref="ArgumentException">No such architecture.</exception>
    public static LoadedModel Load(string path, string? architecture = null, string? masks = null) => Load(path, WeightFile.Read(path), architecture, masks);

    /// <summary>Reads a model that is in memory, as <see cref="Load(string, string?, string?)"/> reads files.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">The bytes of a safetensors file or a PyTorch checkpoint.</param>
    /// <param name="architecture">The published network that a checkpoint holds; null to guess it from its tensors.</param>
    /// <exception cref="InvalidFileException">As for files.</exception>
    /// <exception cref="ArgumentException">No such architecture.</exception>
    public static Model Read(string name, byte[] content, string? architecture = null) => Load(name, WeightFile.Read(name, content), architecture, masks: null).Model;

    private static LoadedModel Load(string path, TensorFile file, string? architecture, string? masks)
    {
        try
        {
            var (tensors, scales) = file.Metadata.ContainsKey(QuantizationKey) ? QuantizationFile.Read(file.Tensors) : (file.Tensors, null);
            var named = new NamedTensors(tensors, file.Notes);
            var network = NetworkOf(path, file, named, architecture);
            if (HeadOf(path, file, network) is var head && head != network.Head) network = network.With(head);
            var fitted = named.Fit(network);
            if (architecture is not null && KnownNetworks.Instead(named, network, fitted) is { } other)
                throw new InvalidFileException(path, $"its tensors are those of {other}, not of {architecture}");
            if (masks is not null) fitted = ApplyMasks(fitted, masks);
            var model = new Model(network, fitted.Tensors, InfoOf(path, file, network), QuantizationOf(path, file, scales));
            return WeightCheck.Find(model) is { } problem ? throw new InvalidFileException(path, problem) : new LoadedModel(model, fitted.Notes);
        }
        catch (NetworkException error)
        {
            throw new InvalidFileException(path, error.Message, error);
        }
    }

    /// <summary>Writes a model as one safetensors file, whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Model model)
    {
        var (info, head) = (model.Info, model.Network.Head);
        var metadata = new Dictionary<string, string>
        {
            [ArchitectureKey] = model.Network.Architecture,
            [AspectKey] = head.AnchorAspect.ToString(CultureInfo.InvariantCulture),
            [MeanKey] = ModelInfoJson.WriteMean(head.Pixels.Mean),
            [ProvenanceKey] = ModelInfoJson.WriteTexts(info.Provenance),
        };
        if (info.Licence is { } licence) metadata[LicenceKey] = licence;
        if (!info.KeptFilters.IsEmpty) metadata[KeptFiltersKey] = PackedText.Pack(ModelInfoJson.WriteKeptFilters(info.KeptFilters));
        foreach (var (key, text) in info.Attachments) metadata[AttachmentPrefix + key] = text;
        if (!IsPublished(model.Network)) metadata[NetworkKey] = PackedText.Pack(NetworkJson.Write(model.Network));
        if (model.Quantization is { } quantization) metadata[QuantizationKey] = PackedText.Pack(QuantizationFile.WriteMaps(quantization));
        var (tensors, integers) = QuantizationFile.Write(model);
        Safetensors.Write(path, tensors, integers, metadata);
    }

    private static bool IsPublished(Network network) =>
        Architectures.Find(network.Architecture) is { } published && NetworkJson.Write(network) == NetworkJson.Write(published.CreateNetwork());

    private static Network NetworkOf(string path, TensorFile file, NamedTensors named, string? architecture)
    {
        if (file.Metadata.TryGetValue(NetworkKey, out var packed))
        {
            var network = Parse(path, NetworkKey, packed, text => NetworkJson.Read(PackedText.Unpack(text)));
            return architecture is null || architecture == network.Architecture
                ? network
                : throw new InvalidFileException(path, $"holds a network of {network.Architecture}, not of {architecture}");
        }

        var name = architecture ?? file.Metadata.GetValueOrDefault(ArchitectureKey) ?? KnownNetworks.Recognize(named)?.Name;
        if (name is null) throw new InvalidFileException(path, KnownNetworks.Unrecognized(named));
        return architecture is not null || Architectures.Find(name) is not null
            ? Architectures.Create(name)
            : throw new InvalidFileException(path, $"metadata {ArchitectureKey}: unknown architecture '{name}'");
    }

    private static NamedTensors ApplyMasks(NamedTensors named, string masks)
    {
        try
        {
            return Masks.Apply(named, WeightFile.ReadMasks(masks).Tensors);
        }
        catch (NetworkException error)
        {
            throw new InvalidFileException(masks, error.Message, error);
        }
    }

    private static ModelQuantization? QuantizationOf(string path, TensorFile file, FrozenDictionary<string, float[]>? scales) => scales is null
        ? null
        : new ModelQuantization(scales, Parse(path, QuantizationKey, file.Metadata[QuantizationKey], text => QuantizationFile.ReadMaps(PackedText.Unpack(text))));

    private static ModelInfo InfoOf(string path, TensorFile file, Network network)
    {
        var metadata = file.Metadata;
        var info = new ModelInfo
        {
            Licence = metadata.GetValueOrDefault(LicenceKey),
            Attachments = ImmutableSortedDictionary<string, string>.Empty.AddRange(metadata
                .Where(m => m.Key.StartsWith(AttachmentPrefix, StringComparison.Ordinal))
                .Select(m => KeyValuePair.Create(m.Key[AttachmentPrefix.Length..], m.Value))),
        };
        if (metadata.TryGetValue(ProvenanceKey, out var steps)) info = info with { Provenance = Parse(path, ProvenanceKey, steps, ModelInfoJson.ReadTexts) };
        if (metadata.TryGetValue(KeptFiltersKey, out var kept))
        {
            info = info with { KeptFilters = Parse(path, KeptFiltersKey, kept, text => ModelInfoJson.ReadKeptFilters(PackedText.Unpack(text))) };
            CheckKeptFilters(path, info.KeptFilters, network);
        }

        return info;
    }

    /// <summary>The head with what the file says of its weights: the anchors and the mean that they were trained with.</summary>
    private static DetectorHead HeadOf(string path, TensorFile file, Network network)
    {
        var head = Architectures.Of(network).HeadOf(network.Head, file.Kind);
        if (file.Metadata.TryGetValue(MeanKey, out var mean))
        {
            var numbers = Parse(path, MeanKey, mean, ModelInfoJson.ReadMean);
            if (numbers.Length != 3 || !numbers.All(float.IsFinite)) throw new InvalidFileException(path, $"metadata {MeanKey} is '{mean}', expected three numbers");
            head = head with { Pixels = head.Pixels with { Mean = numbers } };
        }

        return file.Metadata.TryGetValue(AspectKey, out var aspect) ? head with { AnchorAspect = ParseAspect(path, aspect) } : head;
    }

    /// <summary>Reads a value of the metadata; what is wrong with it is told with its key.</summary>
    private static T Parse<T>(string path, string key, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (Exception error) when (error is NetworkException or JsonException or InvalidDataException)
        {
            throw new InvalidFileException(path, $"metadata {key}: {error.Message}", error);
        }
    }

    private static void CheckKeptFilters(string path, ImmutableSortedDictionary<string, ImmutableArray<int>> kept, Network network)
    {
        var filters = network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight).ToDictionary(p => p.Name, p => p.Shape[0]);
        foreach (var (layer, indices) in kept)
        {
            var expected = filters.GetValueOrDefault(layer + ".weight");
            if (indices.Length != expected || !Ascending.Is(indices.AsSpan()) || (expected > 0 && indices[0] < 0))
                throw new InvalidFileException(path, $"metadata {KeptFiltersKey} does not fit layer '{layer}': expected {expected} ascending filter numbers");
        }
    }

    private static double ParseAspect(string path, string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var aspect) && aspect is > 0 and < 100
            ? aspect
            : throw new InvalidFileException(path, $"metadata {AspectKey} is '{text}', expected a number between 0 and 100");
}
