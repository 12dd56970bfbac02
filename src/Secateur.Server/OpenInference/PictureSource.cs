using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Server.Problems;
using Secateur.Server.Requests;

namespace Secateur.Server.OpenInference;

/// <summary>Makes pictures of tensors.</summary>
internal sealed class PictureSource(PictureReader reader, ImageReadOptions reading)
{
    private const int MostPictures = 256;
    private const int Channels = 3;

    /// <summary>Raw pixels, [N, H, W, 3] or [H, W, 3].</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="pixels">Gives that many bytes.</param>
    /// <exception cref="RequestException">The shape is none of those, too large, or not that of the data.</exception>
    public IReadOnlyList<Func<RgbImage>> Raw(long[] shape, Func<int, ReadOnlyMemory<byte>> pixels)
    {
        if (shape is not ([_, _, _, Channels] or [_, _, Channels]) || shape.Any(side => side is <= 0 or > int.MaxValue))
            throw InferenceRequest.Bad("the shape of a UINT8 input must be [N, H, W, 3] or [H, W, 3]");
        var count = shape.Length == 4 ? RequireCount(shape[0]) : 1;
        var (height, width) = (shape[^3], shape[^2]);
        var size = (Int128)height * width;
        if (size * count > reading.MaxPixels) throw TooMany($"{count} x {height} x {width}");
        var all = pixels((int)(size * count) * Channels);
        var bytes = (int)size * Channels;
        return [.. Enumerable.Range(0, count).Select(i => (Func<RgbImage>)(() => new RgbImage((int)width, (int)height, all.Slice(i * bytes, bytes).ToArray())))];
    }

    /// <summary>Picture files, [N] or [N, 1].</summary>
    /// <exception cref="RequestException">The shape is none of those, or the pictures are too large.</exception>
    public IReadOnlyList<Func<RgbImage>> Encoded(long[] shape, IReadOnlyList<byte[]> files)
    {
        if (shape is not ([_] or [_, 1])) throw InferenceRequest.Bad("the shape of a BYTES input must be [N] or [N, 1]");
        if (RequireCount(shape[0]) != files.Count) throw InferenceRequest.Bad($"the shape says {shape[0]} pictures, and there are {files.Count}");
        var pixels = files.Select((file, i) => reader.Check(Name(i), file)).Sum();
        if (pixels > reading.MaxPixels) throw TooMany($"{pixels} in {files.Count} pictures");
        return [.. files.Select((file, i) => (Func<RgbImage>)(() => ImageFile.Decode(Name(i), file, reading)))];
    }

    /// <summary>The elements of a BYTES tensor in binary form: a length of four bytes, little-endian, before each.</summary>
    /// <exception cref="RequestException">A length is not that of what follows.</exception>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> data)
    {
        var elements = new List<byte[]>();
        while (!data.IsEmpty)
        {
            if (data.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(data) is var length && length > data.Length - sizeof(uint))
                throw InferenceRequest.Bad("the lengths in a BYTES tensor are not those of its elements");
            if (elements.Count == MostPictures) throw TooManyPictures();
            elements.Add(data.Slice(sizeof(uint), (int)BinaryPrimitives.ReadUInt32LittleEndian(data)).ToArray());
            data = data[(elements[^1].Length + sizeof(uint))..];
        }

        return elements;
    }

    /// <summary>The elements of a BYTES tensor in JSON: strings, in base64, for JSON has no other way to hold a file.</summary>
    /// <exception cref="RequestException">Something is no such string.</exception>
    public static IReadOnlyList<byte[]> Decode(JsonElement data)
    {
        var elements = new List<byte[]>();
        Add(data);
        return elements;

        void Add(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var inner in element.EnumerateArray()) Add(inner);
            }
            else if (element.ValueKind == JsonValueKind.String && element.TryGetBytesFromBase64(out var bytes))
            {
                if (elements.Count == MostPictures) throw TooManyPictures();
                elements.Add(bytes);
            }
            else
            {
                throw InferenceRequest.Bad("the data of a BYTES input must be strings in base64");
            }
        }
    }

    /// <summary>The elements of a UINT8 tensor in JSON: numbers, in arrays within each other or in one.</summary>
    /// <exception cref="RequestException">Something is no such number, or there are more or fewer.</exception>
    public static ReadOnlyMemory<byte> Numbers(JsonElement data, int count)
    {
        var bytes = new byte[Math.Min(count, JsonMarshal.GetRawUtf8Value(data).Length)];
        var at = 0;
        Add(data);
        return at == count ? bytes : throw InferenceRequest.Bad($"the shape says {count} numbers, and there are {at}");

        void Add(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var inner in element.EnumerateArray()) Add(inner);
            }
            else if (element.ValueKind == JsonValueKind.Number && element.TryGetByte(out var value))
            {
                if (at == bytes.Length) throw InferenceRequest.Bad($"the shape says {count} numbers, and there are more");
                bytes[at++] = value;
            }
            else
            {
                throw InferenceRequest.Bad("the data of a UINT8 input must be whole numbers from 0 to 255");
            }
        }
    }

    private static int RequireCount(long count) => count is >= 1 and <= MostPictures ? (int)count : throw TooManyPictures();

    private static string Name(int picture) => $"picture {picture}";

    private static RequestException TooManyPictures() => InferenceRequest.Bad($"a request may have 1 to {MostPictures} pictures");

    private RequestException TooMany(string found) =>
        new(StatusCodes.Status413PayloadTooLarge, "too-many-pixels", $"{found} pixels are more than the {reading.MaxPixels} that are taken");
}
