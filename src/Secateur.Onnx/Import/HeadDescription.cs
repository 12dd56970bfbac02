using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Secateur.Graph;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Import;

/// <summary>What a detector's ONNX file does not say: how its input is made of pixels, and how its maps become boxes.</summary>
internal sealed record HeadDescription
{
    private const int MaxBytes = 1 << 20;

    private const int MostAnchors = 64;

    /// <summary>Pixels as they are, red first: what a network takes where nothing says otherwise.</summary>
    public static PixelFormat RawPixels { get; } = new([0, 0, 0], PixelOrder.Rgb);

    /// <summary>Mean and order of the pixels.</summary>
    public PixelFormat Pixels { get; init; } = RawPixels;

    /// <summary>What the graph multiplies pixels by, less the mean.</summary>
    public float PixelScale { get; init; } = 1;

    /// <summary>How boxes are encoded.</summary>
    public BoxRegression Boxes { get; init; }

    /// <summary>How scores are encoded.</summary>
    public MapScores Scores { get; init; }

    /// <summary>The units of <see cref="BoxRegression.CentreSize"/>.</summary>
    public BoxVariances Variances { get; init; } = new(1, 1);

    /// <summary>Height over width of the anchors.</summary>
    public double Aspect { get; init; } = 1;

    /// <summary>The levels, finest first; empty where only the pixels are described.</summary>
    public ImmutableArray<Level> Levels { get; init; } = [];

    /// <summary>A level: names of network outputs.</summary>
    /// <param name="Stride">Pixels per cell.</param>
    /// <param name="AnchorSizes">Widths of a cell's anchors.</param>
    /// <param name="Boxes">The boxes.</param>
    /// <param name="Scores">The scores.</param>
    /// <param name="Objectness">The objectness, where scores are a geometric mean.</param>
    /// <param name="Centre">Where in its cell an anchor's centre is, from 0 to 1.</param>
    /// <param name="BoxScale">What the graph multiplies the boxes by.</param>
    public sealed record Level(int Stride, ImmutableArray<int> AnchorSizes, string Boxes, string Scores, string? Objectness, float Centre, float BoxScale);

    /// <summary>Reads a JSON file.</summary>
    /// <exception cref="InvalidFileException">It is none, or says something that is not known.</exception>
    public static HeadDescription Read(string path)
    {
        using var file = UntrustedFile.Open(path);
        if (file.Length > MaxBytes) throw file.Invalid($"has {file.Length} bytes, expected at most {MaxBytes}");
        try
        {
            using var document = JsonMembers.Parse(Encoding.UTF8.GetString(file.Read(0, file.Length)).TrimStart('\uFEFF'));
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw file.Invalid($"is no description of a head: {error.Message}", error);
        }
    }

    private static HeadDescription Read(JsonElement element)
    {
        var m = new JsonMembers(element);
        var head = new HeadDescription();
        if (m.Has("mean")) head = head with { Pixels = head.Pixels with { Mean = [.. m.List("mean", e => JsonMembers.NumberOf(e, "mean"))] } };
        if (head.Pixels.Mean.Length != 3 || !head.Pixels.Mean.All(float.IsFinite)) throw new JsonException("'mean' is no three numbers");
        if (m.Has("pixelOrder")) head = head with { Pixels = head.Pixels with { Order = m.Name<PixelOrder>("pixelOrder") } };
        if (m.Has("pixelScale")) head = head with { PixelScale = m.Single("pixelScale") };
        if (head.PixelScale is not (> 0 and < float.PositiveInfinity)) throw new JsonException("'pixelScale' is no positive number");
        if (m.Has("levels")) head = WithLevels(head, ref m);
        m.End();
        return head;
    }

    private static HeadDescription WithLevels(HeadDescription head, ref JsonMembers m)
    {
        if (m.Has("boxes")) head = head with { Boxes = m.Name<BoxRegression>("boxes") };
        if (m.Has("scores")) head = head with { Scores = m.Name<MapScores>("scores") };
        if (m.Has("aspect")) head = head with { Aspect = m.Double("aspect") };
        if (m.Has("variances"))
        {
            if (m.List("variances", e => JsonMembers.NumberOf(e, "variances")) is not [> 0 and < float.PositiveInfinity and var centre, > 0 and < float.PositiveInfinity and var size])
                throw new JsonException("'variances' are no two positive numbers");
            head = head with { Variances = new BoxVariances(centre, size) };
        }

        if (head.Boxes == BoxRegression.Distances && (m.Has("variances") || m.Has("aspect"))) throw new JsonException("'variances' and 'aspect' are not of boxes that are Distances");
        head = head with { Levels = [.. m.List("levels", ReadLevel)] };
        if (head.Levels.IsEmpty) throw new JsonException("'levels' is empty; it may be left out");
        if (head.Levels.Any(l => (l.Objectness is null) == (head.Scores == MapScores.GeometricMean))) throw new JsonException("'objectness' is of scores that are a GeometricMean, and of no others");
        return head;
    }

    private static Level ReadLevel(JsonElement element)
    {
        var m = new JsonMembers(element);
        var stride = m.Integer("stride");
        var level = new Level(
            stride,
            m.Has("anchorSizes") ? m.Integers("anchorSizes") : [.. Enumerable.Repeat(stride, m.Has("anchors") ? Anchors(m.Integer("anchors")) : 1)],
            m.Text("boxes"),
            m.Text("scores"),
            m.Has("objectness") ? m.Text("objectness") : null,
            m.Has("centre") ? m.Single("centre") : 0.5f,
            m.Has("boxScale") ? m.Single("boxScale") : 1);
        m.End();
        if (stride < 1 || level.AnchorSizes.Any(s => s < 1)) throw new JsonException("'stride' or one of 'anchorSizes' is no positive number");
        if (level.Centre is not (>= 0 and <= 1) || !float.IsFinite(level.BoxScale)) throw new JsonException("'centre' is no number from 0 to 1, or 'boxScale' none at all");
        return level;
    }

    private static int Anchors(int count) => count is >= 1 and <= MostAnchors ? count : throw new JsonException($"'anchors' is {count}, expected a number from 1 to {MostAnchors}");
}
