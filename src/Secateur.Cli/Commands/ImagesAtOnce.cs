using Secateur.Cli.Options;
using Secateur.Imaging;

namespace Secateur.Cli.Commands;

/// <summary>
/// How many images are detected in at the same time. One thread an image keeps all processors busy while pictures are decoded, too; but each takes memory of its own.
/// </summary>
internal static class ImagesAtOnce
{
    // EXTD's feature maps take 88 bytes a pixel, EResFD's 17; the picture and its annotated copy 3 each.
    private const int BytesPerPixel = 100;

    /// <summary>As many as there are threads, where there are more images than that; fewer where so many of the largest would take half of the machine's memory.</summary>
    /// <param name="images">The images.</param>
    /// <param name="threads">Threads in all.</param>
    /// <param name="scale">The factor by which sides are resized.</param>
    /// <param name="maxPixels">Pixels of an image at most; whoever allows more than is usual has images to be done one by one.</param>
    public static int Of(IReadOnlyList<ImageInput> images, int threads, double scale, long maxPixels)
    {
        if (threads == 1 || images.Count <= threads || maxPixels > ImageReadOptions.Default.MaxPixels) return 1;
        var largest = Largest(images, threads) * Math.Max(1, scale * scale);
        return Math.Clamp((int)Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / (BytesPerPixel * largest), threads), 1, threads);
    }

    /// <summary>Pixels of the largest.</summary>
    private static long Largest(IReadOnlyList<ImageInput> images, int threads)
    {
        var sizes = new long[images.Count];
        Parallel.For(0, images.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => sizes[i] = images[i].IsStdin ? 0 : PixelsOf(images[i].Path));
        return sizes.Max();
    }

    private static long PixelsOf(string path)
    {
        try
        {
            var header = ImageFile.ReadHeader(path);
            return (long)header.Width * header.Height;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Told where it is its turn.
            return 0;
        }
    }
}
