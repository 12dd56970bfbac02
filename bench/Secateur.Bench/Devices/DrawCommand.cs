using System.CommandLine;

namespace Secateur.Bench.Devices;

/// <summary><c>draw</c>: a data set to train on where there is none.</summary>
internal static class DrawCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where to; created where it is missing." };
        var images = new Option<int>("--images") { Description = "Images to learn from; an eighth as many are for validation.", HelpName = "N", DefaultValueFactory = _ => DrawnPictures.Count };
        var width = new Option<int>("--width") { Description = "Columns of each.", HelpName = "N", DefaultValueFactory = _ => DrawnPictures.Width };
        var height = new Option<int>("--height") { Description = "Rows of each.", HelpName = "N", DefaultValueFactory = _ => DrawnPictures.Height };
        var command = new Command("draw", "Draw a data set of scenes with faces in the layout of WIDER FACE.") { folder, images, width, height };
        command.SetAction(parsed => DrawnPictures.Draw(parsed.GetValue(folder)!, parsed.GetValue(images), parsed.GetValue(width), parsed.GetValue(height)));
        return command;
    }
}
