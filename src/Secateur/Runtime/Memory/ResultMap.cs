namespace Secateur.Runtime.Memory;

/// <summary>A map in a session's memory; valid until the session's next run.</summary>
internal readonly unsafe struct ResultMap(float* memory, PlacedMap map)
{
    private readonly float* _memory = memory;
    private readonly PlacedMap _map = map;

    public int Channels => _map.Planes.Length;

    public int Height => _map.Layout.Height;

    public int Width => _map.Layout.Width;

    /// <summary>Row <paramref name="y"/> of channel <paramref name="channel"/>.</summary>
    public ReadOnlySpan<float> Row(int channel, int y) => new(_memory + _map.Planes[channel] + ((long)y * _map.Layout.Pitch), Width);
}
