using Secateur.Reference;

namespace Secateur.Training.Tests.Reference;

/// <summary>The maps of all detection levels as one array [N, A, C]: levels one after another, finest first, each row by row.</summary>
internal static class AnchorOrder
{
    /// <param name="levels">For each level, for each image, [C, h, w].</param>
    public static double[] Join(IReadOnlyList<Volume[]> levels)
    {
        var values = new List<double>();
        for (var n = 0; n < levels[0].Length; n++)
        {
            foreach (var map in levels.Select(level => level[n]))
            {
                for (var cell = 0; cell < map.Height * map.Width; cell++)
                {
                    for (var c = 0; c < map.Channels; c++) values.Add(map.Data[(c * map.Height * map.Width) + cell]);
                }
            }
        }

        return [.. values];
    }

    /// <param name="values">[N, A, C].</param>
    /// <param name="levels">For the shapes: for each level, for each image, [C, h, w].</param>
    public static Volume[][] Split(ReadOnlySpan<double> values, IReadOnlyList<Volume[]> levels)
    {
        var result = levels.Select(level => Array.ConvertAll(level, map => new Volume(map.Channels, map.Height, map.Width))).ToArray();
        var at = 0;
        for (var n = 0; n < levels[0].Length; n++)
        {
            foreach (var map in result.Select(level => level[n]))
            {
                for (var cell = 0; cell < map.Height * map.Width; cell++)
                {
                    for (var c = 0; c < map.Channels; c++) map.Data[(c * map.Height * map.Width) + cell] = values[at++];
                }
            }
        }

        return result;
    }
}
