namespace Secateur.Reference;

/// <summary>A double-precision feature map [C, H, W]: what the reference operations compute with.</summary>
public sealed class Volume(int channels, int height, int width)
{
    /// <summary>C.</summary>
    public int Channels { get; } = channels;

    /// <summary>H.</summary>
    public int Height { get; } = height;

    /// <summary>W.</summary>
    public int Width { get; } = width;

    /// <summary>The values, row-major.</summary>
    public double[] Data { get; } = new double[checked(channels * height * width)];

    /// <summary>The value at channel <paramref name="c"/>, row <paramref name="y"/>, column <paramref name="x"/>.</summary>
    public double this[int c, int y, int x]
    {
        get => Data[(((c * Height) + y) * Width) + x];
        set => Data[(((c * Height) + y) * Width) + x] = value;
    }

    /// <summary>Row <paramref name="y"/> of channel <paramref name="c"/>, [W].</summary>
    public Span<double> Row(int c, int y) => Data.AsSpan(((c * Height) + y) * Width, Width);

    /// <summary>Channel <paramref name="c"/>, [H, W].</summary>
    public Span<double> Plane(int c) => Data.AsSpan(c * Height * Width, Height * Width);

    /// <summary>Zeros of the same shape.</summary>
    public Volume ZerosLike() => new(Channels, Height, Width);

    /// <summary>A volume of the same shape with each value mapped; the function also gets the channel.</summary>
    public Volume Map(Func<double, int, double> function)
    {
        var result = new Volume(Channels, Height, Width);
        var area = Height * Width;
        for (var i = 0; i < Data.Length; i++) result.Data[i] = function(Data[i], i / area);
        return result;
    }
}
