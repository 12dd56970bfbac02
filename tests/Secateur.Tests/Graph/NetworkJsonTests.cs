using System.Text.Json;
using System.Text.Json.Nodes;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning.Compaction;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Graph;

public class NetworkJsonTests
{
    public static TheoryData<string> Names => [.. Architectures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Published_networks_survive(string name) => AssertSurvives(Architectures.Create(name));

    [Fact]
    public void Random_networks_survive()
    {
        AssertSurvives(new Draft().Build());
        for (var seed = 0; seed < 100; seed++)
        {
            AssertSurvives(HardToPlanNetworks.Create(seed).Network);
            AssertSurvives(Compactor.Compact(RandomNetworks.Create(seed)).Network);
            AssertSurvives(HardToPlanNetworks.CreateImported(seed).Network);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"architecture\":\"a\"}")]
    [InlineData("{\"architecture\":\"a\",\"nodes\":[],\"parameters\":[],\"outputs\":[],\"levels\":[]}")]
    [InlineData("{\"architecture\":\"a\",\"nodes\":[{\"op\":\"nonsense\",\"name\":\"n\"}],\"parameters\":[],\"outputs\":[],\"levels\":[]}")]
    [InlineData("{\"architecture\":\"a\",\"nodes\":[{\"name\":\"n\",\"channels\":3}],\"parameters\":[],\"outputs\":[],\"levels\":[]}")]
    [InlineData("{\"architecture\":\"a\",\"nodes\":[{\"op\":\"relu\",\"name\":\"r\",\"input\":0}],\"parameters\":[],\"outputs\":[{\"name\":\"y\",\"node\":0}],\"levels\":[]}")]
    [InlineData("{\"\\ud800\":\"a\"}")]
    [InlineData("{\"architecture\":\"\\ud800\",\"nodes\":[],\"parameters\":[],\"outputs\":[],\"levels\":[]}")]
    public void Other_text_is_refused(string json) => Assert.Throws<NetworkException>(() => NetworkJson.Read(json));

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Throws<NetworkException>(() => NetworkJson.Read(new string('[', 100_000)));

    /// <summary>Every member and element in turn: taken out, or replaced by what does not belong there.</summary>
    [Fact]
    public void Damaged_networks_are_refused_or_sound()
    {
        var draft = new Draft { Head = new DetectorHead { Layers = ["conv"], Variances = new BoxVariances(0.2f, 0.3f), Pixels = new PixelFormat([1, 2, 3], PixelOrder.Bgr) } };
        var json = NetworkJson.Write(draft.Build());
        var refused = 0;
        string?[] replacements = ["null", "-1", "2147483647", "1e999", "99999999999999999999", "0.5", "\"\"", "\"x\"", "[]", "[null]", "{}", "true", null];
        var places = Places(JsonNode.Parse(json)!).Count();
        for (var place = 0; place < places; place++)
        {
            foreach (var replacement in replacements)
            {
                var document = JsonNode.Parse(json)!;
                Replace(Places(document).ElementAt(place), replacement);
                if (!IsSound(document.ToJsonString())) refused++;
            }
        }

        Assert.True(refused > places * replacements.Length / 2, $"only {refused} of {places * replacements.Length} were refused");
    }

    [Theory]
    [InlineData("\"channels\":[]")]
    [InlineData("\"name\":\"y\"")]
    [InlineData("\"stride\":4")]
    [InlineData("\"kind\":\"Slope\"")]
    [InlineData("\"op\":\"relu\"")]
    public void Every_member_is_needed(string member)
    {
        var json = NetworkJson.Write(new Draft().Build());
        Assert.Contains(member, json, StringComparison.Ordinal);
        var without = json.Replace(member + ",", "", StringComparison.Ordinal).Replace("," + member, "", StringComparison.Ordinal);
        Assert.DoesNotContain(member, without, StringComparison.Ordinal);
        Assert.Throws<NetworkException>(() => NetworkJson.Read(without));
    }

    [Theory]
    [InlineData("\"architecture\":", "\"more\":1,\"architecture\":", "unknown")]
    [InlineData("\"op\":\"relu\",", "\"op\":\"relu\",\"more\":1,", "unknown")]
    [InlineData("\"op\":\"relu\",", "\"op\":\"relu\",\"op\":\"relu\",", "")]
    [InlineData("\"op\":\"relu\",", "\"op\":\"tanh\",", "unknown node 'tanh'")]
    [InlineData("\"kind\":\"ConvBias\"", "\"kind\":\"1\"", "unknown")]
    [InlineData("\"kind\":\"ConvBias\"", "\"kind\":\"convbias\"", "unknown")]
    [InlineData("\"stride\":4", "\"stride\":4.5", "'stride'")]
    public void What_is_too_much_is_refused(string text, string replacement, string problem)
    {
        var json = NetworkJson.Write(new Draft().Build());
        Assert.Contains(text, json, StringComparison.Ordinal);
        var error = Assert.Throws<NetworkException>(() => NetworkJson.Read(json.Replace(text, replacement, StringComparison.Ordinal)));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private static void AssertSurvives(Network network)
    {
        var copy = NetworkJson.Read(NetworkJson.Write(network));
        Assert.Equal(NetworkJson.Write(network), NetworkJson.Write(copy));
        Assert.Equal(network.Nodes.Length, copy.Nodes.Length);
        foreach (var (node, other) in network.Nodes.Zip(copy.Nodes))
        {
            Assert.Equal(node.GetType(), other.GetType());
            Assert.Equal(node.Name, other.Name);
            Assert.Equal(node.Inputs.AsEnumerable(), other.Inputs);
            Assert.Equal(node.Parameters.AsEnumerable(), other.Parameters);
            if (node is not (ConcatNode or MergeNode or SelectNode)) Assert.Equal(node, other);
        }

        Assert.Equal(network.Outputs.AsEnumerable(), copy.Outputs);
        Assert.Equal(network.Head.Levels.AsEnumerable(), copy.Head.Levels);
        Assert.Equal((network.Head.Variances, network.Head.Pixels.Order), (copy.Head.Variances, copy.Head.Pixels.Order));
        Assert.Equal(network.Head.Layers.Order(), copy.Head.Layers.Order());
        Assert.Equal(network.Parameters.Select(p => (p.Name, p.Kind, p.Count)), copy.Parameters.Select(p => (p.Name, p.Kind, p.Count)));
    }

    /// <summary>Whether the text is read; what is read must be fit for use.</summary>
    private static bool IsSound(string json)
    {
        Network network;
        try
        {
            network = NetworkJson.Read(json);
        }
        catch (NetworkException)
        {
            return false;
        }

        Assert.NotNull(network.Architecture);
        Assert.Equal(network.Nodes.Length, NetworkShapes.Infer(network, 8, 8).Length);
        Assert.True(NetworkCosts.CountParameters(network) > 0);
        Assert.True(NetworkCosts.CountMacs(network, 8, 8) > 0);
        NetworkJson.Read(NetworkJson.Write(network));
        return true;
    }

    private static IEnumerable<JsonNode> Places(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(m => m.Value),
            JsonArray elements => elements,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(child => Places(child).Prepend(child));
    }

    private static void Replace(JsonNode place, string? replacement)
    {
        // 1e999 is no number of .NET's, but a number to JSON.
        var value = replacement is null ? null : JsonSerializer.Deserialize<JsonNode>(replacement);
        if (place.Parent is JsonObject members)
        {
            var name = place.GetPropertyName();
            if (replacement is null) members.Remove(name);
            else members[name] = value;
        }
        else if (place.Parent is JsonArray elements)
        {
            var index = place.GetElementIndex();
            if (replacement is null) elements.RemoveAt(index);
            else elements[index] = value;
        }
    }
}
