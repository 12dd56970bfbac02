using System.Collections.Immutable;
using System.Globalization;
using Secateur.Imaging;

namespace Secateur.Training.Data.Datasets;

/// <summary>Sorts listed images into those that can be used and problems, reading no more of an image file than its header.</summary>
/// <param name="strict">Whether an image that would be left out is an error instead.</param>
internal sealed class LabelLinter(bool strict)
{
    private const int ExampleCount = 3;

    // Relative labels come back to pixels with rounding errors.
    private const float Tolerance = 0.5f;

    private readonly SortedDictionary<LintProblem, (int Count, List<string> Examples)> _findings = [];

    /// <exception cref="InvalidFileException">An image is missing or unreadable, and the linter is strict.</exception>
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
        try
        {
            var (width, height) = ImageFile.ReadSize(image.Path);
            var faces = image.Faces
                .Select(face => image.Relative ? new LabelledFace(face.X1 * width, face.Y1 * height, face.X2 * width, face.Y2 * height) : face)
                .Where(face => IsUsable(image.Name, face, width, height))
                .ToImmutableArray();
            for (var i = 0; i < image.OtherObjects; i++) Note(LintProblem.OtherObject, image.Name);
            if (faces.IsEmpty) Note(LintProblem.ImageWithoutFaces, image.Name);
            return new LabelledImage(image.Path, image.Name, width, height, faces);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return LeaveOut(image, LintProblem.UnreadableImage, error as InvalidFileException ?? new InvalidFileException(image.Path, error.Message, error));
        }
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
        if (problem is { } found)
            Note(found, string.Create(CultureInfo.InvariantCulture, $"{name}: {face.X1:0.#}, {face.Y1:0.#} to {face.X2:0.#}, {face.Y2:0.#} in {width} x {height}"));
        return problem is null or LintProblem.PartlyOutside;
    }

    private void Note(LintProblem problem, string example)
    {
        var (count, examples) = _findings.TryGetValue(problem, out var known) ? known : (0, []);
        if (examples.Count < ExampleCount) examples.Add(example);
        _findings[problem] = (count + 1, examples);
    }
}
