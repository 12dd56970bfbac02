using Secateur.Demo.Scenes;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Packages.Tests;

/// <summary>A drawn picture and a model, under the names that the documentation uses, and what is found.</summary>
internal static class Sample
{
    public const string Photo = "photo.jpg";
    public const string Picture = "photo.png";
    public const string Model = "small.safetensors";

    /// <summary>Writes them.</summary>
    public static void Write(string folder)
    {
        var scene = DrawnScene.Create(seed: 5, width: 640, height: 480, faceCount: 7).Image;
        ImageFile.Write(Path.Combine(folder, Photo), scene);
        ImageFile.Write(Path.Combine(folder, Picture), scene);
        ModelFile.Write(Path.Combine(folder, Model), Detector);
    }

    /// <summary>What the product finds in one of the files, without any package.</summary>
    /// <param name="path">The picture.</param>
    /// <param name="model">What finds it; <see cref="Detector"/> where it is null.</param>
    public static IReadOnlyList<FaceDetection> Find(string path, Model? model = null)
    {
        using var detector = new FaceDetector(model ?? Detector);
        var faces = detector.DetectFile(path);
        Assert.True(faces.Count > 2, "the sample proves nothing");
        return faces;
    }

    // EResFD with drawn weights: every kernel of the real network, and faces of no meaning.
    private static Model Detector { get; } = Golden.CreateModel(Architectures.Create("eresfd"), trains: false);
}
