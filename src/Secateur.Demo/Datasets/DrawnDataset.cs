using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;

namespace Secateur.Demo.Datasets;

/// <summary>
/// Makes a data set of drawn scenes (<see cref="DrawnScene"/>) in the layout of WIDER FACE, ground truth files of the evaluation included. Results on
/// it say how a method works, not how well a detector finds people.
/// </summary>
internal static class DrawnDataset
{
    /// <summary>The event that all images belong to.</summary>
    public const string Event = "0--Drawn";

    /// <summary>Rows of a face from which it counts in the hard setting; smaller ones are ignored.</summary>
    public const int HardHeight = 10;

    /// <summary>Rows of a face from which it counts in the medium setting.</summary>
    public const int MediumHeight = 16;

    /// <summary>Rows of a face from which it counts in the easy setting.</summary>
    public const int EasyHeight = 32;

    private const int JpegQuality = 90;

    /// <summary>
    /// Draws the images into <c>WIDER_train</c> and <c>WIDER_val</c>, then writes the lists (<c>wider_face_split</c>) and the ground truth
    /// (<c>ground_truth</c>). The same options give the same files whatever the number of threads. Files of an earlier data set are replaced;
    /// images that the new lists do not name stay.
    /// </summary>
    /// <param name="folder">Where to; created where it is missing.</param>
    /// <param name="options">How many, how large; null for the defaults.</param>
    /// <param name="progress">Told of every image written, from several threads at once.</param>
    /// <param name="cancellationToken">Stops after the images in work; the lists are not written then.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write there.</exception>
    public static void Write(
        string folder, DrawnDatasetOptions? options = null, IProgress<WiderProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new DrawnDatasetOptions();
        options.Validate();
        var lists = Directory.CreateDirectory(Path.Combine(folder, "wider_face_split")).FullName;
        var truths = Directory.CreateDirectory(Path.Combine(folder, "ground_truth")).FullName;

        var seeds = new SeededRandom(options.Seed);
        ImmutableArray<Draft> train = [.. Drafts(folder, "train", options.TrainImages, seeds)];
        ImmutableArray<Draft> validation = [.. Drafts(folder, "val", options.ValidationImages, seeds)];
        var images = DrawAll([.. train, .. validation], options, progress, cancellationToken);
        AnnotationFile.Write(Path.Combine(lists, "wider_face_train_bbx_gt.txt"), images.Take(train.Length));
        AnnotationFile.Write(Path.Combine(lists, "wider_face_val_bbx_gt.txt"), images.Skip(train.Length));
        new WiderGroundTruth([.. images.Skip(train.Length).Select(Truth)]).Save(truths);
    }

    private sealed record Draft(WiderImageName Name, string Path, int Seed);

    private static IEnumerable<Draft> Drafts(string folder, string part, int count, SeededRandom seeds)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, $"WIDER_{part}", "images", Event)).FullName;
        for (var i = 0; i < count; i++)
        {
            if (!WiderImageName.TryCreate(Event, $"0_Drawn_{part}_{i:D5}", out var name)) throw new InvalidOperationException("not a plain file name");
            yield return new Draft(name, Path.Combine(place, name.Name + ".jpg"), seeds.NextIndex(int.MaxValue));
        }
    }

    private static WiderFaceImage[] DrawAll(
        ImmutableArray<Draft> drafts, DrawnDatasetOptions options, IProgress<WiderProgress>? progress, CancellationToken cancellationToken)
    {
        var images = new WiderFaceImage[drafts.Length];
        var done = 0;
        try
        {
            Parallel.For(0, drafts.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, i =>
            {
                images[i] = Draw(drafts[i], options);
                progress?.Report(new WiderProgress(Interlocked.Increment(ref done), drafts.Length, drafts[i].Name));
            });
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
        return images;
    }

    private static WiderFaceImage Draw(Draft draft, DrawnDatasetOptions options)
    {
        var faces = 1 + new SeededRandom(draft.Seed, 1).NextIndex(options.MostFaces);
        var scene = DrawnScene.Create(draft.Seed, options.Width, options.Height, faces);
        ImageFile.Write(draft.Path, scene.Image, JpegQuality);
        return new WiderFaceImage(draft.Name, draft.Path, [.. scene.Faces.Select(face => Annotate(face, options))]);
    }

    private static AnnotatedFace Annotate(FaceDetection face, DrawnDatasetOptions options)
    {
        var (left, right) = (Math.Clamp((int)MathF.Round(face.X1), 0, options.Width), Math.Clamp((int)MathF.Round(face.X2), 0, options.Width));
        var (top, bottom) = (Math.Clamp((int)MathF.Round(face.Y1), 0, options.Height), Math.Clamp((int)MathF.Round(face.Y2), 0, options.Height));
        return new AnnotatedFace(left, top, right - left, bottom - top, FaceBlur.Clear, false, false, false, FaceOcclusion.None, false);
    }

    private static WiderGroundTruthImage Truth(WiderFaceImage image) =>
        new(image.Name, [.. image.Faces.Select(face => new WiderGroundTruthFace(face.X, face.Y, face.Width, face.Height, SettingsOf(face.Height)))]);

    private static WiderSettings SettingsOf(int height) => height switch
    {
        >= EasyHeight => WiderSettings.All,
        >= MediumHeight => WiderSettings.Medium | WiderSettings.Hard,
        >= HardHeight => WiderSettings.Hard,
        _ => WiderSettings.None,
    };
}
