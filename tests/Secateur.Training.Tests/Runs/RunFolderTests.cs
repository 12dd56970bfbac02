using System.Text.Json;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Training.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_new_folder_holds_configuration_and_model_and_nothing_else()
    {
        var path = _temporary.PathOf("runs", "prune", "a-1");
        var folder = RunFolder.Create(path, Samples.PruningConfig, TinyDetector.Create());
        Assert.Equal(["config.json", "initial.safetensors"], Names(path));
        Assert.Equal(["a-1"], Names(Path.GetDirectoryName(path)!));
        var config = RunFolder.Open(path).ReadConfig();
        Assert.Equal(Samples.PruningConfig.Digest(), config.Digest());
        Assert.Equal("prune", config.Verb);
        Assert.Equal(0.25, config.Pruning!.LayerRates[0].Rate);
        Assert.Equal("tiny", ModelFile.Read(folder.Initial).Network.Architecture);
    }

    [Fact]
    public void Nothing_is_made_over_another_run_or_where_nothing_can_be_written()
    {
        var path = _temporary.PathOf("a-1");
        RunFolder.Create(path, Samples.Config, TinyDetector.Create());
        Assert.Contains(path, Assert.Throws<IOException>(() => RunFolder.Create(path, Samples.Config, TinyDetector.Create())).Message, StringComparison.Ordinal);
        var file = _temporary.Write("file", "");
        Assert.ThrowsAny<IOException>(() => RunFolder.Create(Path.Combine(file, "a"), Samples.Config, TinyDetector.Create()));
        Assert.Equal(["a-1", "file"], Names(_temporary.Root));
    }

    [Fact]
    public void Numbered_folders_take_the_first_free_number()
    {
        Directory.CreateDirectory(_temporary.PathOf("eresfd-1"));
        _temporary.Write("eresfd-2", "");
        Assert.Equal(_temporary.PathOf("eresfd-3"), RunFolder.Create(_temporary.PathOf("eresfd"), Samples.Config, TinyDetector.Create(), numbered: true).Path);
    }

    [Fact]
    public void Runs_that_begin_at_once_take_several_names()
    {
        var model = TinyDetector.Create();
        var made = new string[12];
        Parallel.For(0, made.Length, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i => made[i] = RunFolder.Create(_temporary.PathOf("a"), Samples.Config, model, numbered: true).Path);
        Assert.Equal(Enumerable.Range(1, made.Length).Select(i => $"a-{i}").Order(StringComparer.Ordinal), Names(_temporary.Root));
        Assert.Equal(made.Length, made.Distinct().Count());
    }

    [Fact]
    public void Only_plain_training_can_be_made_longer()
    {
        var folder = RunFolder.Create(_temporary.PathOf("a"), Samples.Config, TinyDetector.Create());
        Assert.Throws<ArgumentException>(() => folder.Extend(Samples.Config, Samples.Config.Epochs));
        Assert.Throws<ArgumentException>(() => folder.Extend(Samples.PruningConfig, 100));
        Assert.Equal(3, folder.ReadConfig().Epochs);
        Assert.Equal(7, folder.Extend(Samples.Config, 7).Epochs);
        Assert.Equal(7, folder.ReadConfig().Epochs);
    }

    [Fact]
    public void Two_processes_cannot_work_on_one_run()
    {
        var folder = RunFolder.Create(_temporary.PathOf("a"), Samples.Config, TinyDetector.Create());
        _temporary.Write("a/.12.tmp", "half a state");
        using (folder.Lock())
        {
            Assert.False(File.Exists(_temporary.PathOf("a", ".12.tmp")));
            Assert.Contains("another process", Assert.Throws<IOException>(folder.Lock).Message, StringComparison.Ordinal);
        }

        folder.Lock().Dispose();
    }

    [Fact]
    public void Other_folders_are_no_runs()
    {
        Assert.Contains("no run here", Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open(_temporary.Root)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open(_temporary.PathOf("missing")));
        var folder = RunFolder.Create(_temporary.PathOf("a"), Samples.Config, TinyDetector.Create());
        File.Delete(folder.Config);
        Assert.Contains("config.json is missing, without which the run cannot go on", Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"epochs\": 3", "\"epochs\": -3")]
    [InlineData("\"rate\": 0.5", "\"rate\": 1.0")]
    [InlineData("\"criterion\": \"fpgm\"", "\"criterion\": \"best\"")]
    [InlineData("\"batch\": 2", "\"batch\": 0")]
    [InlineData("\"optimizer\": \"Adam\"", "\"optimizer\": \"magic\"")]
    [InlineData("\"optimizer\": \"Adam\"", "\"optimizer\": 7")]
    [InlineData("\"milestones\":", "\"mistakes\":")]
    [InlineData("\"stepsPerEpoch\": 4", "\"stepsPerEpoch\": 2000000000")]
    [InlineData("\"dataDigest\": \"abc\",", "")]
    [InlineData("{", "")]
    public void A_changed_configuration_that_makes_no_sense_is_refused(string text, string other)
    {
        var folder = RunFolder.Create(_temporary.PathOf("a"), Samples.PruningConfig, TinyDetector.Create());
        var json = File.ReadAllText(folder.Config);
        Assert.Contains(text, json, StringComparison.Ordinal);
        File.WriteAllText(folder.Config, json.Replace(text, other, StringComparison.Ordinal));
        var error = Assert.Throws<InvalidFileException>(folder.ReadConfig);
        Assert.Contains(folder.Config, error.Message, StringComparison.Ordinal);
        Assert.Contains("put a copy of it back, or begin a new run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_configurations_are_refused()
    {
        var folder = RunFolder.Create(_temporary.PathOf("a"), Samples.PruningConfig, TinyDetector.Create());
        ReaderFuzz.Run([File.ReadAllBytes(folder.Config)], path =>
        {
            File.Copy(path, folder.Config, overwrite: true);
            try
            {
                folder.ReadConfig();
            }
            catch (InvalidFileException error)
            {
                throw new InvalidFileException(path, error.Problem, error);
            }
        }, ".json");
    }

    [Fact]
    public void Metrics_are_written_as_table_lines_and_curves()
    {
        var folder = RunFolder.Create(_temporary.PathOf("a"), Samples.PruningConfig, TinyDetector.Create());
        EpochMetrics[] rows =
        [
            new() { Phase = "soft", Epoch = 1, LearningRate = 1e-3, LossL = 2.5, LossC = 4, ImagesPerSecond = 20, Waiting = 0.01, Sparsity = 0.5 },
            new() { Phase = "soft", Epoch = 2, LearningRate = 1e-4, LossL = 2, LossC = 3, ValLossL = 2.25, ValLossC = 3.5, Ap = 0.6, ApEasy = 0.7, ApMedium = 0.6, ApHard = 0.5 },
        ];
        MetricsFiles.Write(folder, [.. rows]);
        var lines = File.ReadAllLines(folder.Csv);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Equal(14, line.Split(',').Length));
        Assert.Equal("soft,1,0.001,2.5,4,,,,,,,20,0.01,0.5", lines[1]);
        Assert.Equal("soft,2,0.0001,2,3,2.25,3.5,0.6,0.7,0.6,0.5,0,0,0", lines[2]);
        var documents = File.ReadAllLines(folder.JsonLines).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(lines[0].Split(','), documents[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(0.7, documents[1].GetProperty("ap_easy").GetDouble());
        Assert.Contains("location, validation", File.ReadAllText(folder.Curves), StringComparison.Ordinal);
        MetricsFiles.Write(folder, [rows[0]]);
        Assert.Equal(2, File.ReadAllLines(folder.Csv).Length);
    }

    private static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
