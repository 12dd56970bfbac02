using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Secateur.Models;

namespace Secateur.Experiments.Plans;

/// <summary>
/// Finds the paper's published checkpoints in a folder by their names: <c>ERES10_FPGM.pth</c>, <c>EXTD50_L1.pth</c> and so on; <c>ERES.pth</c> and
/// <c>sfd_face.pth</c> are the originals. Names of models pruned by others may follow the same scheme.
/// </summary>
public static partial class PublishedModels
{
    private static readonly ImmutableArray<string> Originals = ["ERES", "EResFD", "EXTD", "sfd_face"];

    /// <summary>The checkpoints of a folder, its subfolders not included.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">No file has such a name.</exception>
    /// <exception cref="InvalidFileException">A file is no model.</exception>
    public static ImmutableArray<PublishedModel> Find(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder");
        ImmutableArray<PublishedModel> found =
        [
            .. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
                .Where(path => Path.GetExtension(path) is ".pth" or ".pt" or ".safetensors")
                .Select(Recognize).OfType<PublishedModel>(),
        ];
        return found.IsEmpty
            ? throw new FileNotFoundException($"{folder}: no published checkpoint here; expected names such as ERES10_FPGM.pth, EXTD50_L1.pth, and {string.Join(", ", Originals)}.pth for the originals")
            : found;
    }

    private static PublishedModel? Recognize(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (Originals.Contains(name, StringComparer.OrdinalIgnoreCase)) return new PublishedModel(path, ModelFile.Read(path).Network.Architecture, null, 0);
        if (Pruned().Match(name) is not { Success: true } match) return null;
        var rate = int.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100.0;
        return rate is > 0 and < 1 ? new PublishedModel(path, ModelFile.Read(path).Network.Architecture, match.Groups["criterion"].Value.ToLowerInvariant(), rate) : null;
    }

    [GeneratedRegex("^(ERES|EResFD|EXTD(64|48|32)?_?)(?<percent>[0-9]{1,2})_(?<criterion>FPGM|L1)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pruned();
}
