using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Weights;

/// <summary>
/// The safetensors format: 8 bytes little-endian header length, a JSON header <c>{name: {dtype, shape, data_offsets}}</c>, then the raw
/// little-endian data (github.com/huggingface/safetensors).
/// </summary>
public static class Safetensors
{
    internal const string MetadataName = "__metadata__";

    private const int Alignment = 8;

    /// <summary>Names that are not valid Unicode must not be written as others.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads every tensor of a file, in the order of its header.</summary>
    /// <exception cref="InvalidFileException">
    /// The file breaks the format: it is cut short, its header is not JSON or declares an unknown dtype, a name occurs twice, a shape and
    /// its data disagree, data overlap, leave a hole or lie outside the file; or a tensor has more than 2 GB, or a value that float32
    /// cannot hold.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static TensorFile Read(string path)
    {
        using var file = UntrustedFile.Open(path);
        return Read(file);
    }

    /// <summary>
    /// Writes float32 tensors, header and data in the order given; the same input gives the same bytes. The file appears whole or not at
    /// all.
    /// </summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Free text by key, or null for none.</param>
    /// <exception cref="ArgumentException">
    /// A name or key occurs twice or is not valid Unicode, or a tensor is named <c>__metadata__</c>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null) => Write(path, tensors, new Dictionary<string, sbyte[]>(), metadata);

    /// <summary>The same, with some tensors as integers of 8 bits.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="integers">By the name of a tensor, what is written in its place, as many values.</param>
    /// <param name="metadata">Free text by key, or null for none.</param>
    internal static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, sbyte[]> integers,
        IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        var ordered = new OrderedDictionary<string, Tensor>(tensors, StringComparer.Ordinal);
        if (ordered.ContainsKey(MetadataName)) throw new ArgumentException($"a tensor may not be named {MetadataName}", nameof(tensors));
        var header = FormatHeader(ordered, integers, new OrderedDictionary<string, string>(metadata ?? [], StringComparer.Ordinal));
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header.Span);
            Span<byte> element = stackalloc byte[sizeof(float)];
            foreach (var (name, tensor) in ordered)
            {
                if (integers.TryGetValue(name, out var whole))
                {
                    stream.Write(MemoryMarshal.AsBytes(whole.AsSpan()));
                    continue;
                }

                foreach (var value in tensor.Data)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(element, value);
                    stream.Write(element);
                }
            }
        });
    }

    internal static TensorFile Read(UntrustedFile file)
    {
        var header = SafetensorsHeader.Read(file);
        var tensors = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var entry in header.Entries)
        {
            var data = new float[entry.Count];
            var misfit = ElementConverter.ToSingle(entry.Type, file.Read(header.DataOffset + entry.Begin, entry.End - entry.Begin), data);
            if (misfit >= 0)
                throw file.Invalid($"tensor {UntrustedFile.Show(entry.Name)}: element {misfit} ({entry.Type}) does not fit float32");
            tensors.Add(entry.Name, new Tensor(entry.Shape, data));
        }
        return new TensorFile(WeightFileKind.Safetensors, tensors, header.Metadata);
    }

    private static ReadOnlyMemory<byte> FormatHeader(
        OrderedDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, sbyte[]> integers, OrderedDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in metadata) json.WriteString(StrictUtf8.GetBytes(key), StrictUtf8.GetBytes(value));
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                var isInteger = integers.ContainsKey(name);
                var end = offset + ((long)tensor.Length * (isInteger ? sizeof(sbyte) : sizeof(float)));
                json.WriteStartObject(StrictUtf8.GetBytes(name));
                json.WriteString("dtype", isInteger ? "I8" : "F32");
                WriteIntegers(json, "shape", tensor.Shape.Select(d => (long)d));
                WriteIntegers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
