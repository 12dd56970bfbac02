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
    private const string InitialName = "initial.safetensors";

    private RunFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The resolved configuration.</summary>
    public string Config => In(ConfigName);

    /// <summary>The model that the run starts from.</summary>
    public string Initial => In(InitialName);

    /// <summary>All that a continuation depends on; missing until it is first saved.</summary>
    public string State => In("state.safetensors");

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

    /// <summary>A name that is free in a folder of runs: <paramref name="stem"/> and the first number.</summary>
    public static string FreeName(string runs, string stem) =>
        Enumerable.Range(1, int.MaxValue).Select(i => $"{stem}-{i}").First(name => !System.IO.Path.Exists(System.IO.Path.Combine(runs, name)));

    /// <summary>Makes the folder of a new run, whole or not at all.</summary>
    /// <exception cref="IOException">There is something of that name, or it cannot be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public static RunFolder Create(string path, TrainingConfig config, Model initial)
    {
        var target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (System.IO.Path.Exists(target)) throw new IOException($"{path}: exists already; continue that run or name another");
        var parent = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target) ?? target).FullName;
        var draft = System.IO.Path.Combine(parent, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(draft);
            ModelFile.Write(System.IO.Path.Combine(draft, InitialName), initial);
            AtomicFile.Write(System.IO.Path.Combine(draft, ConfigName), stream => JsonSerializer.Serialize(stream, config, RunJson.Default.TrainingConfig));
            Directory.Move(draft, target);
        }
        catch
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            throw;
        }

        return new RunFolder(path);
    }

    /// <summary>The folder of a run that was begun.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such run.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(path);
        if (!File.Exists(folder.Config)) throw new DirectoryNotFoundException($"{path}: no run here, {ConfigName} is missing");
        return folder;
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
            throw new InvalidFileException(Config, error.Message.ReplaceLineEndings(" "), error);
        }
    }

    /// <summary>Keeps other processes from working on the same run until it is disposed of; and removes what a killed one left half written.</summary>
    /// <exception cref="IOException">Another process works on it.</exception>
    internal IDisposable Lock()
    {
        FileStream held;
        try
        {
            held = new FileStream(In(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not FileNotFoundException and not DirectoryNotFoundException)
        {
            throw new IOException($"{Path}: another process works on this run, or the folder cannot be written ({error.Message})", error);
        }

        foreach (var draft in Directory.GetFiles(Path, ".*.tmp")) File.Delete(draft);
        return held;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
