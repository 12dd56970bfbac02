using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Maps;

/// <summary>
/// A feature map [N, C, H, W] that is kept: what a convolution, a sum, an upsampling or a max-out computed, before batch norm and activation.
/// Those are applied whenever somebody reads it, see <see cref="ReadView"/>: so each layer writes its result once.
/// </summary>
internal sealed class StoredMap
{
    // Planes a multiple of 4 KiB apart would fall into the same cache sets.
    private const int SetAliasing = 1024;

    // More than last-level caches keep from one step to the next.
    private const long CachedFloats = 4 * 1024 * 1024;

    private readonly List<ReadView> _views = [];

    public StoredMap(string name, int batch, MapShape shape, bool needsGradient)
    {
        (Name, Batch, Shape, NeedsGradient) = (name, batch, shape, needsGradient);
        PlaneStride = StrideFor(Positions);
        Raw = NewBuffer();
    }

    /// <summary>The node that computes it.</summary>
    public string Name { get; }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>[C, H, W].</summary>
    public MapShape Shape { get; }

    public int Channels => Shape.Channels;

    /// <summary>Whether a learnable parameter lies behind it.</summary>
    public bool NeedsGradient { get; }

    /// <summary>H * W.</summary>
    public int Positions => checked((int)Shape.Area);

    /// <summary>Floats from one plane to the next.</summary>
    public int PlaneStride { get; }

    /// <summary>Where its values are for the steps that come next.</summary>
    public PlanBuffer Raw { get; set; }

    /// <summary>The ways in which it is read.</summary>
    public IReadOnlyList<ReadView> Views => _views;

    /// <summary>The distance of planes of so many floats: whole cache lines, and none that makes all planes start in the same part of a cache.</summary>
    public static int StrideFor(int floats)
    {
        var stride = CacheLines.RoundUp(floats);
        return stride % SetAliasing == 0 ? stride + CacheLines.Floats : stride;
    }

    /// <summary>Room for as many values.</summary>
    public PlanBuffer NewBuffer() => new((long)Batch * Channels * PlaneStride);

    /// <summary>Whether results go to their place past the caches, because a whole map would not fit them.</summary>
    public bool IsStreamed => (long)Batch * Channels * PlaneStride > CachedFloats;

    /// <summary>Brings values or gradients to their place, past the caches where <see cref="IsStreamed"/>.</summary>
    public unsafe void Store(float* source, float* target, int count)
    {
        if (IsStreamed) StreamCopy.Run(source, target, count);
        else new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
    }

    /// <summary>The view with this norm and activation; there is one of each.</summary>
    public ReadView View(NormPass? norm, ViewActivation activation)
    {
        var view = _views.Find(v => v.Norm == norm && v.Activation == activation);
        if (view is null) _views.Add(view = new ReadView(this, norm, activation));
        return view;
    }

    /// <summary>The plane of a channel of an image in a buffer of this map.</summary>
    public unsafe float* Plane(float* memory, PlanBuffer buffer, int image, int channel) =>
        memory + buffer.Offset + (((nint)image * Channels) + channel) * PlaneStride;
}
