using System.Globalization;
using System.Xml.Linq;
using Secateur.Bench.Comparison;
using Secateur.Bench.Inference;
using Secateur.Training.Charts;

namespace Secateur.Bench.Figures;

/// <summary>Where the time goes: a bar for each model, made of its kinds of steps.</summary>
internal static class StepBars
{
    private const int Width = 720;
    private const int Left = 200;
    private const int Right = 76;
    private const int Top = 66;
    private const int BarHeight = 22;
    private const int BarStep = 34;
    private const double LegendGap = 30;
    private const double CharacterWidth = 6.6;
    private const double LabelledShare = 0.06;

    // As many as there are colours; the rarest share the last one.
    private const int MostKinds = 6;
    private const string Others = "others";

    public static string Draw(IReadOnlyList<Profile> profiles)
    {
        var kinds = profiles
            .SelectMany(p => p.Steps.Select(s => (Kind: ProfileText.KindOf(s.Kind), Share: s.Ms / p.Steps.Sum(t => t.Ms))))
            .GroupBy(s => s.Kind, s => s.Share)
            .OrderByDescending(g => g.Sum())
            .Select(g => g.Key)
            .ToArray();
        if (kinds.Length > MostKinds) kinds = [.. kinds.Take(MostKinds - 1), Others];
        var figure = Svg.Document(Width, Top + (profiles.Count * BarStep) + 12);
        figure.Add(Svg.Text("Share of each kind of step, one thread", 16, 22, "heading"));
        DrawLegend(figure, kinds);
        for (var i = 0; i < profiles.Count; i++) DrawBar(figure, profiles[i], kinds, Top + (i * BarStep));
        return figure + "\n";
    }

    private static void DrawLegend(XElement figure, string[] kinds)
    {
        var left = 16.0;
        for (var i = 0; i < kinds.Length; i++)
        {
            figure.Add(Svg.Box(left, 35, 10, 10, Svg.Color(i)));
            figure.Add(Svg.Text(kinds[i], left + 15, 44, "label"));
            left += LegendGap + (kinds[i].Length * CharacterWidth);
        }
    }

    private static void DrawBar(XElement figure, Profile profile, string[] kinds, double top)
    {
        var total = profile.Steps.Sum(s => s.Ms);
        var left = (double)Left;
        figure.Add(Svg.Text(ProfileText.NameOf(profile), Left - 8, top + 15, "label", "end"));
        for (var i = 0; i < kinds.Length; i++)
        {
            var share = profile.Steps.Where(s => Shown(s) == kinds[i]).Sum(s => s.Ms) / total;
            if (share == 0) continue;
            var width = share * (Width - Left - Right);
            var box = Svg.Box(left, top, width, BarHeight, Svg.Color(i));
            box.Add(Svg.Title($"{kinds[i]}: {ComparisonTables.Percent(share)}"));
            figure.Add(box);
            if (share >= LabelledShare) figure.Add(Svg.Text(ComparisonTables.Percent(share), left + (width / 2), top + 15, "inside", "middle"));
            left += width;
        }

        figure.Add(Svg.Text(string.Create(CultureInfo.InvariantCulture, $"{ComparisonTables.Milliseconds(total)} ms"), Width - Right + 8, top + 15, "label"));

        string Shown(StepTime step) => ProfileText.KindOf(step.Kind) is var kind && kinds.Contains(kind) ? kind : Others;
    }
}
