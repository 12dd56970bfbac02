using Secateur.Demo.Datasets;

namespace Secateur.Bench.Devices;

/// <summary>A data set of drawn scenes, as JPEG files of the usual size of photos in WIDER FACE, in a folder that goes with it.</summary>
internal sealed class DrawnPictures : IDisposable
{
    public const int Width = 1024;
    public const int Height = 768;
    public const int Count = 64;

    public DrawnPictures() => Draw(Folder, Count, Width, Height);

    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("secateur-bench-").FullName;

    /// <summary>Draws a data set, with a few pictures to validate on.</summary>
    public static void Draw(string folder, int count, int width, int height) =>
        DrawnDataset.Write(folder, new DrawnDatasetOptions { TrainImages = count, ValidationImages = Math.Max(1, count / 8), Width = width, Height = height });

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
