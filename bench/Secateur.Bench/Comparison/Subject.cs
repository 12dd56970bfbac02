using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Weights;

namespace Secateur.Bench.Comparison;

/// <summary>What was done to a network before it is measured.</summary>
internal enum SubjectForm
{
    /// <summary>Nothing.</summary>
    Original,

    /// <summary>Filters are zero.</summary>
    Masked,

    /// <summary>Zero filters are gone.</summary>
    Compacted,
}

/// <summary>A model to measure.</summary>
/// <param name="Form">What was done to it.</param>
/// <param name="Rate">The pruning rate of one shot; null for a file that came pruned.</param>
/// <param name="Model">The model.</param>
/// <param name="FileBytes">The size of its safetensors file.</param>
internal sealed record Subject(SubjectForm Form, double? Rate, Model Model, long FileBytes);

/// <summary>A file and the models that are made from it.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Subjects">What is measured.</param>
internal sealed record SubjectFamily(string Name, Subject[] Subjects)
{
    private static readonly string[] Extensions = [".pth", ".pt", ".safetensors"];

    /// <summary>The network's architecture.</summary>
    public string Architecture => Subjects[0].Model.Network.Architecture;

    /// <summary>Files as they are, of folders the model files in them.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, or none in a folder, or two have the same name.</exception>
    public static string[] FindFiles(IEnumerable<string> paths)
    {
        string[] files = [.. paths.SelectMany(path => Directory.Exists(path) ? InFolder(path) : [path])];
        if (files.FirstOrDefault(f => !File.Exists(f)) is { } missing) throw new FileNotFoundException($"{missing}: no such file or folder");
        if (files.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(g => g.Count() > 1) is { } same)
            throw new FileNotFoundException($"{string.Join(" and ", same)} have the same name; rename one");
        return files;

        static IEnumerable<string> InFolder(string folder)
        {
            string[] found = [.. Directory.EnumerateFiles(folder).Where(f => Extensions.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal)];
            return found.Length > 0 ? found : throw new FileNotFoundException($"{folder} holds no model file ({string.Join(", ", Extensions)})");
        }
    }

    /// <summary>
    /// An original is pruned at every rate and compacted; a file that comes pruned is compacted; a compacted one stays as it is. One shot with
    /// the geometric median: latency depends on the structure that is left, not on how well it detects.
    /// </summary>
    /// <exception cref="InvalidFileException">The file holds no model.</exception>
    public static SubjectFamily Read(string path, IReadOnlyList<double> rates)
    {
        var model = ModelFile.Read(path);
        return new SubjectFamily(Path.GetFileNameWithoutExtension(path), [.. Make(model, rates)]);
    }

    /// <summary>The models that are made from one.</summary>
    public static IEnumerable<Subject> Make(Model model, IReadOnlyList<double> rates)
    {
        if (NetworkCosts.CountParameters(model.Network) != NetworkCosts.CountParameters(Architectures.Create(model.Network.Architecture)))
            return [Create(SubjectForm.Compacted, null, model)];
        if (PruningStatistics.Of(model).ZeroFilters > 0) return Pruned(null, model);
        return [Create(SubjectForm.Original, 0, model), .. rates.SelectMany(rate => Pruned(rate, new PruningPlan(rate).Select(model, new GeometricMedian()).Apply(model)))];
    }

    private static IEnumerable<Subject> Pruned(double? rate, Model masked) =>
        [Create(SubjectForm.Masked, rate, masked), Create(SubjectForm.Compacted, rate, Compactor.Compact(masked))];

    private static Subject Create(SubjectForm form, double? rate, Model model)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            ModelFile.Write(path, model);
            return new Subject(form, rate, model, new FileInfo(path).Length);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
