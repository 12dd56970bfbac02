using System.Collections.Immutable;
using System.Text.Json;
using Secateur.Models;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>
/// The folder of a run: what it was asked to do (<c>config.json</c>, <c>initial.safetensors</c>), where it is (<c>state.safetensors</c>) and what came
/// out. It appears with the first two inside, so that any run that has a folder can be continued.
/// </summary>
public sealed class RunFolder
{
    private const int MaxConfigBytes = 1 << 20;
    private const string ConfigName = "config.json";
    private const string StateName = "state.safetensors";
    private const string InitialName = "initial.safetensors";

    /// <summary>What to do where a file that the run needs is damaged or gone.</summary>
    internal const string Advice = "; put a copy of it back, or begin a new run from the last model (train --from)";

    private RunFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The resolved configuration.</summary>
    public string Config => In(ConfigName);

    /// <summary>The model that the run starts from.</summary>
    public string Initial => In(InitialName);

    /// <summary>All that a continuation depends on.</summary>
    public string State => In(StateName);

    /// <summary>The model after the last finished epoch.</summary>
    public string Last => In("last.safetensors");

    /// <summary>The model of the best validated epoch.</summary>
    public string Best => In("best.safetensors");

    /// <summary>The fine-tuned model with its pruned filters zero.</summary>
    public string Masked => In("masked.safetensors");

    /// <summary>The same without these filters.</summary>
    public string Compacted => In("compacted.safetensors");

    /// <summary>The epochs as a table.</summary>
    public string Csv => In("metrics.csv");

    /// <summary>The epochs, one JSON document a line.</summary>
    public string JsonLines => In("metrics.jsonl");

    /// <summary>The epochs as curves.</summary>
    public string Curves => In("curves.svg");

    /// <summary>Makes the folder of a new run, whole or not at all.</summary>
    /// <param name="path">The folder; with <paramref name="numbered"/>, without its number.</param>
    /// <param name="config">What to do.</param>
    /// <param name="initial">What to start from.</param>
    /// <param name="numbered">Whether to take the first number, from 1, that is free; two runs that begin at once get two.</param>
    /// <param name="state">Where it stands; null to leave that out.</param>
    /// <exception cref="IOException">There is something of that name, or it cannot be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    internal static RunFolder Create(string path, TrainingConfig config, Model initial, bool numbered = false, TrainingState? state = null)
    {
        return new RunFolder(NewFolder.Create(path, numbered, "continue that run or name another", draft =>
        {
            ModelFile.Write(System.IO.Path.Combine(draft, InitialName), initial);
            WriteConfig(System.IO.Path.Combine(draft, ConfigName), config);
            if (state is not null) StateFile.Write(System.IO.Path.Combine(draft, StateName), state, config);
        }));
    }

    /// <summary>The folder of a run that another process has begun, perhaps where this one cannot see it.</summary>
    internal static RunFolder At(string path) => new(path);

    /// <summary>The folder of a run that was begun.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such run.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(path);
        if (File.Exists(folder.Config)) return folder;
        throw new DirectoryNotFoundException(File.Exists(folder.Initial)
            ? $"{path}: {ConfigName} is missing, without which the run cannot go on{Advice}"
            : $"{path}: no run here, {ConfigName} is missing");
    }

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="InvalidFileException">It is damaged, or a value is out of its range.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public TrainingConfig ReadConfig()
    {
        var bytes = BoundedFile.ReadAllBytes(Config, MaxConfigBytes);
        try
        {
            var config = JsonSerializer.Deserialize(bytes, RunJson.Default.TrainingConfig) ?? throw new InvalidFileException(Config, "holds null");
            config.Validate();
            return config;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new InvalidFileException(Config, $"is damaged: {error.Message.ReplaceLineEndings(" ")}{Advice}", error);
        }
    }

    /// <summary>Makes a plain training longer: the next <see cref="TrainingRun.Resume"/> goes on to that epoch, with the learning rate's milestones where they are.</summary>
    /// <returns>The configuration.</returns>
    /// <exception cref="ArgumentException">It is a pruning run, or so many epochs are done or planned already.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public TrainingConfig Extend(TrainingConfig config, int epochs)
    {
        var longer = Longer(config, epochs);
        WriteConfig(Config, longer);
        return longer;
    }

    /// <summary>The configuration that <see cref="Extend"/> would write.</summary>
    /// <exception cref="ArgumentException">As there.</exception>
    public TrainingConfig Longer(TrainingConfig config, int epochs)
    {
        if (config.Pruning is not null) throw new ArgumentException($"{Path}: a pruning run ends with its fine-tuning and cannot be made longer");
        if (epochs <= config.Epochs) throw new ArgumentException($"{Path}: has {config.Epochs} epochs; --epochs {epochs} would not make it longer");
        var longer = config with { Epochs = epochs };
        longer.Validate();
        return longer;
    }

    /// <summary>Records what steps are computed with from now on, where that is not known yet.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Record(ImmutableArray<string> simd)
    {
        var config = ReadConfig();
        var isKnown = simd.IsDefault || (!config.Simd.IsDefault && config.Simd.SequenceEqual(simd));
        if (!isKnown) WriteConfig(Config, config with { Simd = simd });
    }

    /// <summary>Reads the model that the run starts from.</summary>
    /// <exception cref="InvalidFileException">It is missing or damaged.</exception>
    internal Model ReadInitial()
    {
        try
        {
            return ModelFile.Read(Initial);
        }
        catch (Exception error) when (error is InvalidFileException or FileNotFoundException)
        {
            throw new InvalidFileException(Initial, $"{(error is InvalidFileException damaged ? $"is damaged: {damaged.Problem}" : "is missing")}{Advice}", error);
        }
    }

    private static void WriteConfig(string path, TrainingConfig config) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, config, RunJson.Default.TrainingConfig));

    /// <summary>Keeps other processes from working on the same run until it is disposed of; and removes what a killed one left half written.</summary>
    /// <exception cref="IOException">Another process works on it.</exception>
    internal IDisposable Lock() => FolderLock.Take(Path);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
