using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Maps;

/// <summary>What is done to a value when it is read: nothing, ReLU, or PReLU with the parameter at <paramref name="Slope"/> of the vector.</summary>
/// <param name="IsPresent">Whether anything is.</param>
/// <param name="Slope">Where the slope is, or the first of one a channel; null for a ReLU.</param>
/// <param name="IsByChannel">Whether each channel of the map has a slope of its own.</param>
internal readonly record struct ViewActivation(bool IsPresent, int? Slope, bool IsByChannel)
{
    public static readonly ViewActivation None;

    public static readonly ViewActivation Relu = new(true, null, false);

    public static ViewActivation PRelu(int slope, bool isByChannel) => new(true, slope, isByChannel);
}

/// <summary>A stored map as some layers read it: normalised or not, activated or not. Gradients are kept by view.</summary>
internal sealed class ReadView(StoredMap map, NormPass? norm, ViewActivation activation)
{
    private readonly bool[] _written = new bool[map.Channels];

    public StoredMap Map { get; } = map;

    public NormPass? Norm { get; } = norm;

    public ViewActivation Activation { get; } = activation;

    /// <summary>Whether a learnable parameter lies behind it.</summary>
    public bool NeedsGradient => Map.NeedsGradient || Norm is not null || Activation.Slope is not null;

    public bool IsIdentity => Norm is null && !Activation.IsPresent;

    /// <summary>Where the gradient by this view is gathered; null when nobody has one.</summary>
    public PlanBuffer? Gradient { get; private set; }

    /// <summary>Whether some channel's gradient is the sum of what several leave.</summary>
    public bool HasSeveralWriters { get; private set; }

    /// <summary>Channels whose gradient nobody has written.</summary>
    public IEnumerable<int> Unwritten => Enumerable.Range(0, _written.Length).Where(c => !_written[c]);

    /// <summary>Notes that a step will write the gradient of a channel; returns whether it must add to what is there.</summary>
    public bool ClaimGradient(int channel)
    {
        Gradient ??= Map.NewBuffer();
        var there = _written[channel];
        HasSeveralWriters |= there;
        _written[channel] = true;
        return there;
    }

    /// <summary>How to read a channel.</summary>
    public unsafe ViewCoefficients Coefficients(float* memory, float[] parameters, int channel)
    {
        var slope = !Activation.IsPresent ? 1 : Activation.Slope is { } at ? parameters[Activation.IsByChannel ? at + channel : at] : 0;
        return Norm is null ? new ViewCoefficients(1, 0, 0, slope) : new ViewCoefficients(Norm.Scale(memory)[channel], Norm.Mean(memory)[channel], Norm.Shift(memory)[channel], slope);
    }

    /// <summary>How a channel's gradient becomes that of the stored value.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="parameters">The parameter vector.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="whole">With the paths through the mean and the variance; they count once for all views of a norm.</param>
    public unsafe GradientCoefficients GradientCoefficients(float* memory, float[] parameters, int channel, bool whole)
    {
        var view = Coefficients(memory, parameters, channel);
        return Norm is null || !whole
            ? new GradientCoefficients(view, 0, 0)
            : new GradientCoefficients(view, Norm.GradientSlope(memory)[channel], Norm.GradientShift(memory)[channel]);
    }
}

/// <summary>A channel as a layer reads it.</summary>
internal readonly record struct ChannelRef(ReadView View, int Channel);
