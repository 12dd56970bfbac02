using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Secateur.Models;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Search.Trials;

/// <summary>
/// The folder of a search: what it was asked to do (<c>search.json</c>, <c>initial.safetensors</c>), its trials (<c>trials/0001</c> and so on, each with
/// <c>trial.json</c>, <c>result.json</c> once it has run, and in between the folder of its run), how it went (<c>trials.csv</c>, <c>search.svg</c>), and
/// the run that follows (<c>run</c>). It appears with the first two inside.
/// </summary>
public sealed class SearchFolder
{
    private const int MaxBytes = 1 << 20;
    private const string SettingsName = "search.json";
    private const string InitialName = "initial.safetensors";

    private SearchFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The trials as a table.</summary>
    public string Csv => In("trials.csv");

    /// <summary>The trials as a picture.</summary>
    public string Chart => In("search.svg");

    /// <summary>The folder of the run that follows.</summary>
    public string Run => In("run");

    /// <summary>Whether a folder is that of a search.</summary>
    public static bool IsSearch(string path) => File.Exists(System.IO.Path.Combine(path, SettingsName));

    /// <summary>Makes the folder of a new search, whole or not at all.</summary>
    /// <param name="path">The folder; with <paramref name="numbered"/>, without its number.</param>
    /// <param name="settings">What to do.</param>
    /// <param name="initial">The model to prune.</param>
    /// <param name="numbered">Whether to take the first number that is free.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="IOException">There is something of that name, or it cannot be written there.</exception>
    public static SearchFolder Create(string path, SearchSettings settings, Model initial, bool numbered)
    {
        settings.Validate();
        return new SearchFolder(NewFolder.Create(path, numbered, "continue that search or name another", draft =>
        {
            ModelFile.Write(System.IO.Path.Combine(draft, InitialName), initial);
            Write(System.IO.Path.Combine(draft, SettingsName), settings, SearchJson.Default.SearchSettings);
        }));
    }

    /// <summary>The folder of a search that was begun.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such search.</exception>
    public static SearchFolder Open(string path) =>
        IsSearch(path) ? new SearchFolder(path) : throw new DirectoryNotFoundException($"{path}: no search here, {SettingsName} is missing");

    /// <summary>Keeps other processes from searching here until it is disposed of; not from running its trials.</summary>
    /// <exception cref="IOException">Another process searches here.</exception>
    public IDisposable Lock() => FolderLock.Take(Path);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidFileException">They are damaged, or a value is out of its range.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public SearchSettings ReadSettings()
    {
        var settings = Read(In(SettingsName), SearchJson.Default.SearchSettings);
        try
        {
            settings.Validate();
            return settings;
        }
        catch (ArgumentException error)
        {
            throw new InvalidFileException(In(SettingsName), $"is damaged: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>The settings as a backend begins, or goes on, with them: with what trials are computed with, which is recorded.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="allowOtherSimd">Whether it may be another <see cref="TrainingConfig.Simd"/> than before.</param>
    /// <exception cref="ArgumentException">It is another.</exception>
    /// <exception cref="IOException">It cannot be recorded.</exception>
    public SearchSettings On(SearchSettings settings, TrainingBackend backend, bool allowOtherSimd)
    {
        var run = settings.Run.On(backend, allowOtherSimd);
        if (run == settings.Run) return settings;
        var stored = ReadSettings();
        Write(In(SettingsName), stored with { Run = stored.Run with { Simd = run.Simd } }, SearchJson.Default.SearchSettings);
        return settings with { Run = run };
    }

    /// <summary>Reads the model to prune.</summary>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Model ReadInitial() => ModelFile.Read(In(InitialName));

    /// <summary>Records a trial that is to be run.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(Trial trial)
    {
        Directory.CreateDirectory(TrialOf(trial.Number));
        Write(TrialFile(trial.Number), trial, SearchJson.Default.Trial);
    }

    /// <summary>The trial of a number; null where none is recorded.</summary>
    /// <param name="number">The number.</param>
    /// <param name="groups">How many rates it must have.</param>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    public Trial? ReadTrial(int number, int groups)
    {
        if (!File.Exists(TrialFile(number))) return null;
        var trial = Read(TrialFile(number), SearchJson.Default.Trial);
        return trial.Number == number && !trial.Rates.IsDefault && trial.Rates.Length == groups && trial.Rates.All(r => r is >= 0 and < 1) && trial.Size is >= 0 and <= 1
            ? trial
            : throw new InvalidFileException(TrialFile(number), $"is damaged: expected trial {number} with {groups} rates of at least 0 and less than 1, and a size of at most 1");
    }

    /// <summary>Records what came of a trial.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(TrialResult result) => Write(ResultFile(result.Number), result, SearchJson.Default.TrialResult);

    /// <summary>What came of a trial; null where it has not run to its end.</summary>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    public TrialResult? ReadResult(int number)
    {
        if (!File.Exists(ResultFile(number))) return null;
        var result = Read(ResultFile(number), SearchJson.Default.TrialResult);
        var isSound = result.Number == number && (result.LossL is null) == (result.LossC is null) && !(result.LossL < 0) && !(result.LossC < 0) && double.IsFinite(result.Loss ?? 0);
        return isSound ? result : throw new InvalidFileException(ResultFile(number), $"is damaged: expected the result of trial {number} with two losses of at least 0, or none");
    }

    /// <summary>The folder of a trial's run.</summary>
    public string RunOf(int number) => System.IO.Path.Combine(TrialOf(number), "run");

    /// <summary>Removes what a finished trial needs no more: a search of hundreds of trials would leave as many runs.</summary>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    internal void Clean(int number)
    {
        foreach (var run in Directory.GetDirectories(TrialOf(number))) Directory.Delete(run, recursive: true);
        foreach (var draft in Directory.GetFiles(TrialOf(number), ".*.tmp")) File.Delete(draft);
    }

    /// <summary>Writes the table and the picture of the trials that are done.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    internal void Write(SearchSettings settings, ImmutableArray<TrialOutcome> outcomes)
    {
        var (table, chart) = (TrialTable.ToCsv(settings, outcomes), TrialTable.ToSvg(outcomes));
        AtomicFile.Write(Csv, stream => stream.Write(Encoding.UTF8.GetBytes(table)));
        AtomicFile.Write(Chart, stream => stream.Write(Encoding.UTF8.GetBytes(chart)));
    }

    private static void Write<T>(string path, T value, JsonTypeInfo<T> type) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, value, type));

    private static T Read<T>(string path, JsonTypeInfo<T> type)
    {
        var bytes = BoundedFile.ReadAllBytes(path, MaxBytes);
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new InvalidFileException(path, "holds null");
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(path, $"is damaged: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>The folder of a trial.</summary>
    public string TrialOf(int number) => System.IO.Path.Combine(Path, "trials", number.ToString("D4", CultureInfo.InvariantCulture));

    private string TrialFile(int number) => System.IO.Path.Combine(TrialOf(number), "trial.json");

    private string ResultFile(int number) => System.IO.Path.Combine(TrialOf(number), "result.json");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>Serialisation code made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SearchSettings))]
[JsonSerializable(typeof(Trial))]
[JsonSerializable(typeof(TrialResult))]
internal sealed partial class SearchJson : JsonSerializerContext;
