using System.Collections.Immutable;
using System.Globalization;
using Secateur.Imaging;

namespace Secateur.Training.Data.Datasets;

/// <summary>Sorts listed images into those that can be used and problems, reading no more of an image file than its header.</summary>
/// <param name="strict">Whether an image or a label that would be left out as unreadable is an error instead.</param>
internal sealed class LabelLinter(bool strict)
{
    private const int ExampleCount = 3;

    // Relative labels come back to pixels with rounding errors.
    private const float Tolerance = 0.5f;

    private readonly SortedDictionary<LintProblem, (int Count, List<string> Examples)> _findings = [];

    /// <exception cref="InvalidFileException">An image or a label is missing or unreadable, and the linter is strict.</exception>
    public (ImmutableArray<LabelledImage> Images, LabelLint Lint) Check(IEnumerable<ListedImage> listed)
    {
        var (images, faces) = (0, 0);
        var usable = ImmutableArray.CreateBuilder<LabelledImage>();
        foreach (var image in listed)
        {
            images++;
            faces += image.Faces.Length;
            if (Check(image) is { } kept) usable.Add(kept);
        }

        return (usable.DrainToImmutable(), new LabelLint(images, faces, [.. _findings.Select(f => new LintFinding(f.Key, f.Value.Count, [.. f.Value.Examples]))]));
    }

    private LabelledImage? Check(ListedImage image)
    {
        if (image.Problem is { } problem) return LeaveOut(image, LintProblem.UnreadableLabels, problem);
        if (!File.Exists(image.Path)) return LeaveOut(image, LintProblem.MissingImage, new InvalidFileException(image.Path, "is missing"));
        ImageHeader header;
        try
        {
            header = ImageFile.ReadHeader(image.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return LeaveOut(image, LintProblem.UnreadableImage, error as InvalidFileException ?? new InvalidFileException(image.Path, error.Message, error));
        }

        foreach (var odd in image.OddLabels)
        {
            if (strict) throw new InvalidFileException(image.Path, odd);
            Note(LintProblem.OddLabel, $"{image.Name}: {odd}");
        }

        var (upright, (width, height)) = Orient(image, header);
        var labelled = image.Faces.Select(face => image.Relative ? new LabelledFace(face.X1 * width, face.Y1 * height, face.X2 * width, face.Y2 * height) : face).ToArray();
        var faces = labelled.Distinct().Where(face => IsUsable(image.Name, face, width, height)).ToImmutableArray();
        foreach (var face in labelled.GroupBy(f => f).SelectMany(same => same.Skip(1))) Note(LintProblem.DuplicateFace, Describe(image.Name, face, width, height));
        for (var i = 0; i < image.OtherObjects; i++) Note(LintProblem.OtherObject, image.Name);
        if (faces.IsEmpty && !image.Unlabelled) Note(LintProblem.ImageWithoutFaces, image.Name);
        return new LabelledImage(image.Path, image.Name, width, height, faces) { Upright = upright };
    }

    /// <summary>Which way round the labels see the image, and its size then.</summary>
    private (bool Upright, (int Width, int Height) Size) Orient(ListedImage image, ImageHeader header)
    {
        var stored = (header.Width, header.Height);

        // A size that only the stored pixels have tells what the labels were made on.
        var upright = !image.AsStored && (image.DeclaredSize != stored || image.DeclaredSize == header.UprightSize);
        var size = upright ? header.UprightSize : stored;
        if (header.IsTurned) Note(upright ? LintProblem.TurnedUpright : LintProblem.UsedAsStored, image.Name);
        if (image.DeclaredSize is { } declared && declared != size)
            Note(LintProblem.OtherSize, $"{image.Name}: {declared.Width} x {declared.Height} in the labels, {size.Width} x {size.Height} in the file");
        return (upright, size);
    }

    private LabelledImage? LeaveOut(ListedImage image, LintProblem problem, InvalidFileException error)
    {
        if (strict) throw error;
        Note(problem, $"{image.Name}: {error.Problem}");
        return null;
    }

    private bool IsUsable(string name, LabelledFace face, int width, int height)
    {
        LintProblem? problem = !(face.Width > 0 && face.Height > 0) ? LintProblem.ZeroArea
            : face.X1 >= width || face.Y1 >= height || face.X2 <= 0 || face.Y2 <= 0 ? LintProblem.OutsideImage
            : face.X1 < -Tolerance || face.Y1 < -Tolerance || face.X2 > width + Tolerance || face.Y2 > height + Tolerance ? LintProblem.PartlyOutside
            : null;
        if (problem is { } found) Note(found, Describe(name, face, width, height));
        return problem is null or LintProblem.PartlyOutside;
    }

    private static string Describe(string name, LabelledFace face, int width, int height) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}: {face.X1:0.#}, {face.Y1:0.#} to {face.X2:0.#}, {face.Y2:0.#} in {width} x {height}");

    private void Note(LintProblem problem, string example)
    {
        var (count, examples) = _findings.TryGetValue(problem, out var known) ? known : (0, []);
        if (examples.Count < ExampleCount) examples.Add(example);
        _findings[problem] = (count + 1, examples);
    }
}
