using Secateur.Pixels;
using Secateur.Zoo;
using Xunit;

namespace Secateur.Packages.Tests;

/// <summary>A program that prints every digit of what it finds.</summary>
internal static class FacesProgram
{
    public const string Text = """
        using Secateur.Detection;
        using Secateur.Imaging;
        using Secateur.Zoo;

        using var detector = args.Length > 1 ? FaceDetector.Load(args[1]) : FaceDetector.Create();
        foreach (var face in detector.DetectFile(args[0])) Console.WriteLine(face);
        """;

    /// <summary>Runs it on the sample, with its model and with the one that comes with Secateur.</summary>
    public static async Task Check(string folder, string program)
    {
        var picture = Path.Combine(folder, Sample.Picture);
        AssertSame(Sample.Find(picture), await Dotnet.Run(program, folder, picture, Sample.Model));
        AssertSame(Sample.Find(picture, ModelZoo.Get(ModelZoo.Default).Load()), await Dotnet.Run(program, folder, picture));
    }

    private static void AssertSame(IReadOnlyList<FaceDetection> expected, string printed) =>
        Assert.Equal(expected.Select(face => FormattableString.Invariant($"{face}")), printed.ReplaceLineEndings("\n").TrimEnd().Split('\n'));
}
