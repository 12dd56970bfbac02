using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Fixed;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>What the sums of convolutions start from where a fixed map is added to them.</summary>
internal static class BorderStarts
{
    /// <summary>
    /// The starts of siblings, a channel after another; null where all start from their bias. They include <paramref name="further"/>, if it is there.
    /// </summary>
    public static BorderStart? Of(PlanContext context, IReadOnlyList<FusedConv> siblings, float[] bias, PlanarLayout layout, FixedMap? further = null)
    {
        var maps = siblings.SelectMany(chain => chain.Starts.Select(start => context.FixedMaps[start.Node]!)).ToList();
        if (further is not null) maps.Add(further);
        if (maps.Count == 0) return null;
        var run = 2 * (int)context.Level / 32;
        var rows = BorderRows.Plan(layout.Pitch, layout.Height, maps.Max(m => m.Rows.Head), maps.Max(m => m.Rows.Tail), run);
        var stride = (rows.StoredRows * layout.Pitch) + run;
        var values = new float[bias.Length * stride];
        var channel = 0;
        foreach (var chain in siblings)
        {
            for (var c = 0; c < context.Shapes[chain.Node].Channels; c++, channel++)
            {
                for (var y = 0; y < rows.StoredRows; y++)
                {
                    for (var x = 0; x < layout.Width; x++)
                    {
                        var start = bias[channel] + (further?[channel, rows.SourceRow(y), x] ?? 0);
                        foreach (var operand in chain.Starts) start += context.FixedMaps[operand.Node]!.ChannelOrZero(operand.Channels, c, rows.SourceRow(y), x);
                        values[(channel * stride) + (y * layout.Pitch) + x] = (float)start;
                    }
                }
            }
        }

        return new BorderStart(values, stride, rows);
    }
}
