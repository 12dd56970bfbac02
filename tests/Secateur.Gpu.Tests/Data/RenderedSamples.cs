using System.Collections.Immutable;
using ILGPU.Runtime;
using Secateur.Gpu.Data;
using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;

namespace Secateur.Gpu.Tests.Data;

/// <summary>Data sets of noise, and batches of them as the device makes them.</summary>
internal static class RenderedSamples
{
    // Neither the planes nor the images lie close together.
    private const int Offset = 7;
    private const int Gap = 5;

    public static DetectorHead Head { get; } = EResFd.Create().Head;

    /// <summary>Pictures whose blocks of colour survive JPEG, with noise on them.</summary>
    public static RgbImage Picture(int width, int height, int seed)
    {
        var random = new Random(seed);
        var image = new RgbImage(width, height);
        var across = (width / 7) + 1;
        var blocks = new byte[across * ((height / 5) + 1) * 3];
        random.NextBytes(blocks);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            var (x, y) = (i / 3 % width, i / 3 / width);
            image.Pixels[i] = (byte)Math.Clamp(blocks[((((y / 5) * across) + (x / 7)) * 3) + (i % 3)] + random.Next(-40, 41), 0, 255);
        }

        return image;
    }

    /// <summary>Images of these sizes; their names end as given, and each has faces, of which one reaches outside.</summary>
    public static FaceDataset Write(TemporaryFolder folder, params ReadOnlySpan<(int Width, int Height, string Extension)> sizes)
    {
        var images = ImmutableArray.CreateBuilder<LabelledImage>();
        foreach (var (width, height, extension) in sizes)
        {
            var name = $"{images.Count}.{extension}";
            ImageFile.Write(folder.PathOf(name), Picture(width, height, images.Count), jpegQuality: 92);
            images.Add(new LabelledImage(
                folder.PathOf(name),
                name,
                width,
                height,
                [new LabelledFace(width * 0.3f, height * 0.3f, width * 0.5f, height * 0.6f), new LabelledFace(width * 0.8f, height * 0.7f, width * 1.05f, height * 0.95f)]));
        }

        return new FaceDataset(folder.Root, "noise", DatasetSplit.Train, images.ToImmutable(), new LabelLint(images.Count, 2 * images.Count, []));
    }

    /// <summary>The planes of every sample, [3, side * side].</summary>
    public static float[][] Render(BatchRenderer renderer, DeviceBatch batch, int side)
    {
        var (plane, image) = ((side * side) + Gap, 3 * ((side * side) + Gap) + Gap);
        var device = renderer.Device;
        using var memory = device.Accelerator.Allocate1D<float>(Offset + (batch.Samples.Length * (long)image));
        renderer.Upload(batch);
        // Kernels may be replayed.
        for (var i = 0; i < 2; i++) renderer.Launch(memory.View, Offset, image, plane);
        device.Stream.Synchronize();
        var values = memory.GetAsArray1D(device.Stream);
        return
        [
            .. Enumerable.Range(0, batch.Samples.Length).Select(i =>
                Enumerable.Range(0, 3).SelectMany(c => values.AsSpan(Offset + (i * image) + (c * plane), side * side).ToArray()).ToArray()),
        ];
    }

    /// <summary>Asserts that the planes are an image's pixels, byte for byte, less the mean.</summary>
    public static void AssertSame(RgbImage expected, float[] planes, PixelFormat format, string where)
    {
        var pixels = expected.Pixels;
        var count = pixels.Length / 3;
        for (var i = 0; i < pixels.Length; i++)
        {
            var plane = (i % 3) switch { 0 => format.RedPlane, 1 => 1, _ => 2 - format.RedPlane };
            var actual = planes[(plane * count) + (i / 3)] + format.Mean[i % 3];
            Assert.True(actual == pixels[i], $"{where}: value {i % 3} of pixel {i / 3 % expected.Width}, {i / 3 / expected.Width} is {actual}, expected {pixels[i]}");
        }
    }
}
