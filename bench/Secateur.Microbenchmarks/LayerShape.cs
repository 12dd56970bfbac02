using Secateur.Graph;

namespace Secateur.Microbenchmarks;

/// <summary>A layer or a few, with the size that they have in a network at 480 rows x 640 columns.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Channels">Of the input.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Append">Builds the layers behind the input, and tells the last one.</param>
/// <param name="LastStepOnly">The steps before the last one only make what it reads, and are not measured.</param>
public sealed record LayerShape(string Name, int Channels, int Height, int Width, Func<NetworkBuilder, int, int> Append, bool LastStepOnly = false)
{
    /// <summary>The layers as a network of their own.</summary>
    public Network ToNetwork()
    {
        var builder = new NetworkBuilder("layers");
        builder.Output("result", Append(builder, builder.Input(Channels)));
        return builder.Build();
    }

    /// <summary>Of the measured convolutions' definition.</summary>
    public long MultiplyAdds => LastStepOnly ? 0 : NetworkCosts.CountMacs(ToNetwork(), Height, Width);

    /// <summary>Its name, which stands in the table.</summary>
    public override string ToString() => Name;
}
