namespace Secateur.Imaging.Png;

/// <summary>Reads the compressed data of successive IDAT chunks as one stream, without copying them together.</summary>
internal sealed class PngImageDataStream(byte[] content, IReadOnlyList<Range> parts) : Stream
{
    private int _part;
    private int _offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        for (; _part < parts.Count; _part++, _offset = 0)
        {
            var left = content.AsSpan(parts[_part])[_offset..];
            if (left.IsEmpty) continue;
            var count = Math.Min(left.Length, buffer.Length);
            left[..count].CopyTo(buffer);
            _offset += count;
            return count;
        }
        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
