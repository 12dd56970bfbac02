using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Secateur.Kernels;
using Secateur.Weights;
using Secateur.Weights.Files;

namespace Secateur.Training.Runs;

/// <summary>
/// Saved states: a safetensors file of the parameters, running statistics and optimiser moments, whose metadata holds the position, the version of
/// this form, the digest of the configuration and a checksum over everything. Written whole or not at all, so that the previous one stays until then.
/// </summary>
internal static class StateFile
{
    private const string Version = "2";
    private const string VersionKey = "secateur.state_version";
    private const string ConfigKey = "secateur.config_digest";
    private const string PositionKey = "secateur.position";
    private const string OptimizerStepsKey = "secateur.optimizer_steps";
    private const string ChecksumKey = "secateur.checksum";
    private const string ParametersName = "parameters";
    private const string StatisticPrefix = "statistic.";
    private const string OptimizerPrefix = "optimizer.";

    /// <exception cref="IOException">It cannot be written; the previous file stays.</exception>
    public static void Write(string path, TrainingState state, TrainingConfig config)
    {
        var tensors = new OrderedDictionary<string, Tensor> { [ParametersName] = Vector(state.Parameters) };
        foreach (var (name, values) in state.Statistics.OrderBy(s => s.Key, StringComparer.Ordinal)) tensors.Add(StatisticPrefix + name, Vector(values));
        foreach (var (name, values) in state.Optimizer.Arrays.OrderBy(s => s.Key, StringComparer.Ordinal)) tensors.Add(OptimizerPrefix + name, Vector(values));
        var metadata = new OrderedDictionary<string, string>
        {
            [VersionKey] = Version,
            [ConfigKey] = config.Digest(),
            [OptimizerStepsKey] = $"{state.Optimizer.Steps}",
            [PositionKey] = JsonSerializer.Serialize(state.Position, StateJson.Default.RunPosition),
        };
        metadata.Add(ChecksumKey, Checksum(tensors, metadata));
        Safetensors.Write(path, tensors, metadata);
    }

    /// <param name="path">The file.</param>
    /// <param name="model">Tells which statistics there must be, and how many parameters.</param>
    /// <param name="config">The configuration that it must belong to.</param>
    /// <exception cref="InvalidFileException">It is missing, damaged, of another version or of another configuration.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TrainingState Read(string path, Model model, TrainingConfig config)
    {
        var file = ReadTensors(path);
        var metadata = file.Metadata;
        var version = metadata.GetValueOrDefault(VersionKey) ?? throw new InvalidFileException(path, "is no saved state of a training run");
        if (version != Version) throw new InvalidFileException(path, $"is a saved state of version {UntrustedFile.Show(version)}, expected {Version}");
        var sealedPart = metadata.Where(m => m.Key != ChecksumKey);
        if (metadata.GetValueOrDefault(ChecksumKey) != Checksum(file.Tensors, sealedPart))
            throw new InvalidFileException(path, "is damaged: its checksum does not fit" + RunFolder.Advice);
        if (metadata.GetValueOrDefault(ConfigKey) != config.Digest())
            throw new InvalidFileException(path, "belongs to a run with another configuration; was config.json changed?");
        try
        {
            var learnable = new ParameterVector(model.Network).Values.Length;
            var statistics = model.Network.Parameters.Where(p => !p.IsLearnable)
                .ToDictionary(p => p.Name, p => Values(path, file, StatisticPrefix + p.Name, p.Count));
            var optimizer = new OptimizerState(
                long.Parse(metadata.GetValueOrDefault(OptimizerStepsKey, ""), NumberStyles.None, CultureInfo.InvariantCulture),
                file.Tensors.Keys.Where(k => k.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
                    .ToDictionary(k => k[OptimizerPrefix.Length..], k => Values(path, file, k, learnable)));
            var position = JsonSerializer.Deserialize(metadata.GetValueOrDefault(PositionKey, ""), StateJson.Default.RunPosition)
                ?? throw new InvalidFileException(path, "its position is null");
            if (!IsWithin(position, TrainingPhase.Of(config), config.StepsPerEpoch)) throw new InvalidFileException(path, "its position lies outside the run");
            return new TrainingState(position, Values(path, file, ParametersName, learnable), statistics, optimizer);
        }
        catch (Exception error) when (error is JsonException or FormatException or OverflowException)
        {
            throw new InvalidFileException(path, error.Message.ReplaceLineEndings(" "), error);
        }
    }

    private static TensorFile ReadTensors(string path)
    {
        try
        {
            return Safetensors.Read(path);
        }
        catch (InvalidFileException error)
        {
            throw new InvalidFileException(path, $"is damaged: {error.Problem}{RunFolder.Advice}", error);
        }
        catch (FileNotFoundException error)
        {
            throw new InvalidFileException(path, $"is missing, and with it where the run was{RunFolder.Advice}", error);
        }
    }

    private static bool IsWithin(RunPosition position, ImmutableArray<TrainingPhase> phases, int steps)
    {
        if (position.Metrics.IsDefault || position.Devices.IsDefault || position.Metrics.Contains(null!) || position.Frozen?.Values.Any(f => f.IsDefault) is true) return false;
        if (position.Phase == phases.Length) return (position.Epoch, position.Step) == (0, 0);
        return position.Phase >= 0 && position.Phase < phases.Length
            && position.Epoch >= 0 && position.Epoch < phases[position.Phase].Epochs
            && position.Step >= 0 && position.Step <= steps;
    }

    private static Tensor Vector(float[] values) => new([values.Length], values);

    private static float[] Values(string path, TensorFile file, string name, int count)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor)) throw new InvalidFileException(path, $"has no '{name}'");
        return tensor.Length == count ? tensor.Data : throw new InvalidFileException(path, $"'{name}' has {tensor.Length} values, expected {count}");
    }

    private static string Checksum(IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) hash.AppendData(Encoding.UTF8.GetBytes($"{key}\0{text}\0"));
        foreach (var (name, tensor) in tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{tensor}\0"));
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Data.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
