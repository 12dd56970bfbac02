using Secateur.Graph;

namespace Secateur.Runtime;

/// <summary>A random image for any network: pixels where it takes three channels, else as many planes of numbers that are as large.</summary>
/// <param name="random">Where it comes from.</param>
/// <param name="channels">What the network takes.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
internal sealed class SampleImage(SeededRandom random, int channels, int height, int width)
{
    private const int PixelChannels = 3;
    private readonly byte[] _pixels = Draw(random, checked(channels * height * width));

    /// <summary>The channels that a network takes.</summary>
    public static int ChannelsOf(Network network) => network.Nodes.OfType<InputNode>().Single().Channels;

    /// <summary>Runs the network of a session on it.</summary>
    public void Run(InferenceSession session)
    {
        if (channels == PixelChannels) session.Run(_pixels, height, width);
        else session.Run(Array.ConvertAll(_pixels, pixel => pixel - 128f), height, width);
    }

    private static byte[] Draw(SeededRandom random, int count)
    {
        var pixels = new byte[count];
        random.NextBytes(pixels);
        return pixels;
    }
}
