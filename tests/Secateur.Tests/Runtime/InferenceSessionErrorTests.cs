using Secateur.Graph;
using Secateur.Models;
using Secateur.Runtime;
using Secateur.Runtime.Planning;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Runtime;

public class InferenceSessionErrorTests
{
    private static readonly InferenceEngine Unpadded = new(RandomWeights.Fill(Convolution(channels: 1), 1));

    [Theory]
    [InlineData(4, 9)]
    [InlineData(9, 4)]
    [InlineData(0, 0)]
    [InlineData(0, 5)]
    public void Inputs_that_are_too_small_are_refused(int height, int width)
    {
        using var session = Unpadded.CreateSession();
        Assert.Throws<NetworkException>(() => session.Run(new float[height * width], height, width));
        session.Run(new float[25], 5, 5);
        Assert.Equal(new MapShape(1, 1, 1), session.OutputShape("y"));
    }

    [Theory]
    [InlineData(24, 5, 5)]
    [InlineData(26, 5, 5)]
    [InlineData(0, 100_000, 100_000)]
    [InlineData(25, int.MaxValue, int.MaxValue)]
    public void The_number_of_values_must_fit_the_size(int values, int height, int width)
    {
        using var session = Unpadded.CreateSession();
        Assert.Throws<ArgumentException>(() => session.Run(new float[values], height, width));
    }

    [Fact]
    public void Inputs_whose_maps_cannot_be_addressed_are_refused_before_memory_is_asked_for()
    {
        var lowered = new InferenceEngine(RandomWeights.Fill(EResFd.Create(), 1)).Lowered;
        Assert.Contains("too large", Assert.Throws<NetworkException>(() => PlanBuilder.Build(lowered, 60_000, 60_000)).Message, StringComparison.Ordinal);
        Assert.Contains("too large", Assert.Throws<NetworkException>(() => PlanBuilder.Build(lowered, 1, int.MaxValue - 8)).Message, StringComparison.Ordinal);
        Assert.True(PlanBuilder.Build(lowered, 10_000, 10_000).Floats > 100_000_000);
    }

    [Fact]
    public void An_image_needs_a_network_that_reads_three_channels()
    {
        using var session = Unpadded.CreateSession();
        Assert.Throws<NetworkException>(() => session.Run(new byte[8 * 8 * 3], 8, 8));
    }

    [Fact]
    public void Results_are_there_after_a_run_only()
    {
        using var session = Unpadded.CreateSession();
        Assert.Throws<InvalidOperationException>(() => session.OutputShape("y"));
        session.Run(new float[25], 5, 5);
        Assert.Throws<KeyNotFoundException>(() => session.OutputShape("z"));
        Assert.Throws<ArgumentException>(() => session.CopyOutput("y", []));
    }

    [Fact]
    public void A_disposed_session_refuses_to_run()
    {
        var session = Unpadded.CreateSession(threads: 2);
        session.Run(new float[25], 5, 5);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Run(new float[25], 5, 5));
        Assert.Throws<ObjectDisposedException>(() => session.CopyOutput("y", new float[1]));
    }

    [Fact]
    public void A_session_has_a_thread_at_least() => Assert.Throws<ArgumentOutOfRangeException>(() => Unpadded.CreateSession(threads: 0));

    private static Network Convolution(int channels)
    {
        var g = new NetworkBuilder("one");
        g.Output("y", g.Conv2d(g.Input(channels), "conv", 1, kernel: 5));
        return g.Build();
    }
}
