using Secateur.Demo.Scenes;
using Secateur.Imaging;

namespace Secateur.Server.Page;

/// <summary>Pictures to try the page with. They are drawn, the first time that somebody wants them, and show nobody.</summary>
internal sealed class SamplePictures
{
    private const int Width = 960;
    private const int Height = 640;
    private const int Quality = 88;

    private static readonly (int Seed, int Faces)[] Scenes = [(6, 14), (4, 8), (12, 2), (9, 20)];

    private readonly Lazy<byte[]>[] _pictures = [.. Scenes.Select(scene => new Lazy<byte[]>(() => ImageFile.EncodeJpeg(DrawnScene.Create(scene.Seed, Width, Height, scene.Faces).Image, Quality)))];

    /// <summary>A picture by its number, from 1, as a JPEG file; null where there is none.</summary>
    public byte[]? Find(int number) => number >= 1 && number <= _pictures.Length ? _pictures[number - 1].Value : null;
}
