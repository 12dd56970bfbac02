using System.Collections.Immutable;

namespace Secateur.WiderFace.Evaluation;

/// <summary>The image files of a ground truth's images: all that an evaluation needs besides it.</summary>
/// <param name="Images">The images that are there, in the order of the ground truth; without their faces.</param>
/// <param name="Absent">The images that are not.</param>
/// <param name="Unknown">Files in the folders of its events that are no image of the ground truth.</param>
public sealed record WiderValidationImages(ImmutableArray<WiderFaceImage> Images, ImmutableArray<WiderImageName> Absent, ImmutableArray<string> Unknown)
{
    private static readonly string[] Places = ["WIDER_val/images", "images", "."];

    /// <summary>Looks which images are there.</summary>
    /// <param name="root">A folder that holds the folders of the events, in <c>WIDER_val/images</c>, in <c>images</c> or itself.</param>
    /// <param name="truth">The ground truth.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">None of the images is there.</exception>
    public static WiderValidationImages Find(string root, WiderGroundTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"{root}: no such folder");
        var events = truth.Images.Select(image => image.Name.Event).Distinct().ToArray();
        var files = Places
            .Select(place => Path.GetFullPath(Path.Combine(root, place)))
            .Select(place => events.Select(name => Path.Combine(place, name)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).ToArray())
            .FirstOrDefault(found => found.Length > 0) ?? [];
        var byName = files.ToLookup(path => WiderImageName.TryCreate(Path.GetFileName(Path.GetDirectoryName(path)), Path.GetFileNameWithoutExtension(path), out var name) ? name : null);
        var names = truth.Images.Select(image => image.Name).ToLookup(name => byName.Contains(name));
        if (!names.Contains(true)) throw new FileNotFoundException($"{root}: none of the {truth.Images.Length} validation images is there, looked in {string.Join(", ", Places)}");
        return new WiderValidationImages(
            [.. names[true].Select(name => new WiderFaceImage(name, byName[name].Order(StringComparer.Ordinal).First(), []))],
            [.. names[false]],
            [.. byName.Where(group => group.Key is null || truth.Find(group.Key) is null).SelectMany(group => group)]);
    }
}
