using System.Text.Json;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Pruning;

/// <summary>Scores and choices against those computed with PyTorch for the published checkpoints.</summary>
public class CriteriaParityTests
{
    // Below this relative gap between the last pruned and the first kept score, rounding decides (dead filters).
    private const double ClearGap = 1e-5;

    [SharedDataTheory]
    [InlineData("eres", "ERES.pth", 75, 848, 218)]
    [InlineData("extd64", "sfd_face.pth", 25, 2_624, 100)]
    public void Scores_and_pruned_filters_are_those_of_the_reference(string name, string checkpoint, int layers, int filters, int clearChoices)
    {
        var model = ModelFile.Read(SharedData.PathOf("checkpoints", "paper", checkpoint));
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("parity", "criteria", name + ".json")));
        var expected = json.RootElement.GetProperty("layers").EnumerateArray().ToList();
        var prunable = model.Network.PrunableLayers().Select(l => l.Layer).ToList();
        Assert.Equal(expected.Select(l => l.GetProperty("name").GetString()!).Order(), prunable.Order());
        Assert.Equal((layers, filters), (prunable.Count, expected.Sum(l => l.GetProperty("filters").GetInt32())));
        var groups = FilterGroup.Of(model).ToDictionary(g => g.Layer.Layer);
        var choices = 0;
        foreach (var layer in expected)
        {
            var layerName = layer.GetProperty("name").GetString()!;
            var group = groups[layerName];
            foreach (var criterion in new FilterCriterion[] { new GeometricMedian(), new L1Norm() })
            {
                var scores = criterion.Score(group);
                var reference = layer.GetProperty(criterion.Name).EnumerateArray().Select(s => s.GetDouble()).ToArray();
                Assert.Equal(reference.Length, scores.Length);
                for (var j = 0; j < scores.Length; j++) Assert.Equal(reference[j], scores[j], 1e-9 * reference.Max());
                foreach (var rate in layer.GetProperty("pruned").EnumerateObject())
                {
                    var count = PruningPlan.CountPruned(scores.Length, double.Parse(rate.Name, System.Globalization.CultureInfo.InvariantCulture));
                    Assert.Equal(rate.Value.GetProperty("count").GetInt32(), count);
                    var gap = rate.Value.GetProperty(criterion.Name + "_relative_gap");
                    if (gap.ValueKind != JsonValueKind.Number || gap.GetDouble() <= ClearGap) continue;
                    var indices = rate.Value.GetProperty(criterion.Name).EnumerateArray().Select(i => i.GetInt32());
                    Assert.Equal(indices, criterion.Select(group, count));
                    choices++;
                }
            }
        }

        Assert.Equal(clearChoices, choices);
    }
}
