using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Training.Tests.Data;

/// <summary>Data sets drawn by the tests: black images on which every face is a white rectangle.</summary>
internal static class SmallDataset
{
    /// <summary>The head of the published detectors: six levels, anchors from 16 to 512 pixels.</summary>
    public static DetectorHead Head { get; } = EResFd.Create().Head;

    public static SampleLoaderOptions Options { get; } = new() { Head = Head };

    public static RgbImage Picture(int width, int height, params ReadOnlySpan<LabelledFace> faces)
    {
        var image = new RgbImage(width, height);
        foreach (var face in faces)
        {
            for (var y = (int)face.Y1; y < (int)face.Y2; y++)
                image.Pixels.AsSpan(((y * width) + (int)face.X1) * 3, ((int)face.X2 - (int)face.X1) * 3).Fill(255);
        }

        return image;
    }

    /// <summary>Images of 80 x 60 and more pixels, of different sizes, with one face each.</summary>
    public static FaceDataset Write(TemporaryFolder folder, int count)
    {
        var images = ImmutableArray.CreateBuilder<LabelledImage>();
        for (var i = 0; i < count; i++)
        {
            var face = new LabelledFace(10 + i, 12, 34 + i, 40);
            images.Add(WriteImage(folder, $"{i}.png", 80 + i, 60 + (i % 3), face));
        }

        return Of(folder, images.ToImmutable());
    }

    public static LabelledImage WriteImage(TemporaryFolder folder, string name, int width, int height, params LabelledFace[] faces)
    {
        ImageFile.Write(folder.PathOf(name), Picture(width, height, faces), jpegQuality: 95);
        return new LabelledImage(folder.PathOf(name), name, width, height, [.. faces]);
    }

    public static FaceDataset Of(TemporaryFolder folder, ImmutableArray<LabelledImage> images) =>
        new(folder.Root, "drawn", DatasetSplit.Train, images, new LabelLint(images.Length, images.Sum(i => i.Faces.Length), []));
}
