using System.Text.Json;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>The console and the current folder belong to the whole process: these tests run one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class ConsoleGroup
{
    public const string Name = "console";
}

/// <summary>A test in a temporary current folder.</summary>
[Collection(ConsoleGroup.Name)]
public abstract class CliTest : IDisposable
{
    private static readonly Model EResFdModel = WithCalmHeads(RandomWeights.Fill(EResFd.Create(), 21));
    private readonly string _oldFolder = Directory.GetCurrentDirectory();

    protected CliTest() => Directory.SetCurrentDirectory(Folder);

    protected string Folder { get; } = Directory.CreateTempSubdirectory("secateur-cli-").FullName;

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_oldFolder);
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>An EResFD with random weights.</summary>
    protected static string WriteEResFd(string path = "m.safetensors")
    {
        ModelFile.Write(path, EResFdModel);
        return path;
    }

    protected static string WriteScene(string path, int width = 96, int height = 64, int seed = 1)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        ImageFile.Write(path, DrawnScene.Create(seed, width, height, 2).Image);
        return path;
    }

    /// <summary>A picture in which the bright spot detector finds exactly one face, at (2, 6) to (18, 22).</summary>
    protected static string WriteSpot(string path, byte grey = 255)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        ImageFile.Write(path, BrightSpotDetector.Picture(64, 48, (8, 12, 4, grey)));
        return path;
    }

    /// <summary>The names of all files below the current folder, sorted, but for the memory of output folders.</summary>
    protected static string[] Files() =>
        [.. Directory.GetFiles(".", "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(".", f)).Where(f => Path.GetFileName(f) != ".written-by-secateur").Order(StringComparer.Ordinal)];

    /// <summary>Asserts a failure that leaves every file as it was and makes none.</summary>
    internal static void FailsAndWritesNothing(string[] args, params string[] parts)
    {
        var before = Snapshot();
        ConsoleRun.Fails(args, parts);
        Assert.Equal(before, Snapshot());
    }

    protected static void HasKeys(JsonElement element, params string[] keys) =>
        Assert.All(keys, key => Assert.True(element.TryGetProperty(key, out _), $"no key '{key}' in {element.GetRawText()}"));

    /// <summary>Random head weights on top of a random network would give boxes beyond all bounds.</summary>
    private static Model WithCalmHeads(Model model)
    {
        var weights = model.Weights.Select(w => KeyValuePair.Create(w.Key, !w.Key.StartsWith("base.", StringComparison.Ordinal) ? Calm(w.Value) : w.Value));
        return new Model(model.Network, weights, model.Info);

        static Tensor Calm(Tensor tensor) => new([.. tensor.Shape], [.. tensor.Data.Select(v => v * 0.001f)]);
    }

    private static IEnumerable<(string, long, DateTime)> Snapshot() => [.. Files().Select(f => (f, new FileInfo(f).Length, File.GetLastWriteTimeUtc(f)))];
}
