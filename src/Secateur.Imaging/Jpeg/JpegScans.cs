namespace Secateur.Imaging.Jpeg;

/// <summary>Follows which coefficients the scans of a JPEG have brought, and to which bit: a file is whole when all have their last bit.</summary>
internal sealed class JpegScans
{
    private const int Coefficients = 64;
    private const byte Nothing = 0xFF;

    /// <summary>Of each component, by its identifier, the lowest bit of each coefficient.</summary>
    private readonly Dictionary<byte, byte[]> _lowest = [];

    /// <summary>Whether every component has every bit of its coefficients.</summary>
    public bool IsWhole => _lowest.Count > 0 && _lowest.Values.All(bits => bits.All(bit => bit == 0));

    /// <summary>Scans, so far.</summary>
    public int Count { get; private set; }

    /// <param name="frame">A frame header, behind its length.</param>
    public void Frame(ReadOnlySpan<byte> frame)
    {
        for (var at = 6; at < frame.Length; at += 3)
        {
            var bits = new byte[Coefficients];
            Array.Fill(bits, Nothing);
            _lowest[frame[at]] = bits;
        }
    }

    /// <param name="scan">A scan header, behind its length.</param>
    public void Add(ReadOnlySpan<byte> scan)
    {
        Count++;
        var components = scan.IsEmpty ? 0 : scan[0];
        var limits = (2 * components) + 1;
        if (scan.Length < limits + 3) return;
        var (first, last, bit) = (scan[limits], scan[limits + 1], (byte)(scan[limits + 2] & 0xF));
        if (first > last || last >= Coefficients) return;
        for (var i = 0; i < components; i++)
        {
            if (_lowest.TryGetValue(scan[(2 * i) + 1], out var bits)) bits.AsSpan(first..(last + 1)).Fill(bit);
        }
    }
}
