using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Secateur.Pixels;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur scene</c>: a drawn picture with faces, to try things on.</summary>
internal static class SceneCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out", "-o") { Description = "The picture to write (.png, .jpg, .webp, .ppm).", HelpName = "FILE", DefaultValueFactory = _ => "scene.png" };
        var seed = CommonOptions.Number<int>("--seed", "The same seed gives the same picture.", "N", "a whole number", _ => true, 1);
        var faces = CommonOptions.Count("--faces", "Faces to draw, as far as they fit.", 7, most: 1000);
        var size = CommonOptions.ImageSize();
        var force = CommonOptions.Force();
        var json = CommonOptions.Json();
        var command = new Command("scene", """
            Draw a picture with faces, where no photo is at hand, and tell where they are.

            Example:
              secateur scene --seed 3 --imgsz 640x960 --out scene.png
            """) { output, seed, faces, size, force, json };
        command.SetAction(parsed =>
        {
            var (path, imgsz) = (parsed.GetValue(output)!, parsed.GetValue(size));
            CommonOptions.RequirePlace(path, parsed.GetValue(force));
            if (!ImageInput.CanBeWritten(path)) throw new UsageException($"{path}: pictures are written as {string.Join(", ", ImageFile.WrittenExtensions)}");
            var scene = Draw(parsed.GetValue(seed), imgsz, parsed.GetValue(faces));
            ImageFile.Write(path, scene.Image);
            DetectionWriter.Write([new ImageDetections(path, imgsz.Width, imgsz.Height, scene.Faces)], parsed.GetValue(json) ? DetectionFormat.Json : DetectionFormat.Text);
        });
        return command;
    }

    /// <exception cref="UsageException">The picture is too small for a scene.</exception>
    private static DrawnScene Draw(int seed, ImageSize size, int faces)
    {
        try
        {
            return DrawnScene.Create(seed, size.Width, size.Height, faces);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(Problem.Describe(error));
        }
    }
}
