using System.IO.Compression;
using System.Runtime.InteropServices;
using Secateur.Kernels;

namespace Secateur.Tests.Weights;

/// <summary>Puts pickles and storages together as torch.save does.</summary>
internal static class CheckpointWriter
{
    public static byte[] Bytes(params ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values).ToArray();

    public static byte[] Zip(
        byte[] pickle,
        IEnumerable<(string Key, byte[] Data)> storages,
        string folder = "archive/",
        string? byteOrder = "little",
        CompressionLevel level = CompressionLevel.NoCompression)
    {
        var entries = new List<(string, byte[])> { (folder + "data.pkl", pickle) };
        if (byteOrder is not null) entries.Add((folder + "byteorder", System.Text.Encoding.ASCII.GetBytes(byteOrder)));
        entries.AddRange(storages.Select(s => ($"{folder}data/{s.Key}", s.Data)));
        return Archive(entries, level);
    }

    /// <summary>Tensors as torch.save writes them; names of one tensor share its storage.</summary>
    public static byte[] StateDict(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var keys = new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance);
        var pickle = new PickleWriter().Op("}(");
        foreach (var (name, tensor) in tensors) WriteTensor(pickle, name, tensor, keys);
        return Zip(pickle.Op("u").Stop(), keys.Select(k => (k.Value, Bytes(k.Key.Data))));
    }

    /// <summary>Masks by layer and parameter, as NNI writes them; null is None.</summary>
    public static byte[] MaskFile(IEnumerable<(string Layer, Tensor Weight, Tensor? Bias)> masks)
    {
        var keys = new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance);
        var pickle = new PickleWriter().Op("}(");
        foreach (var (layer, weight, bias) in masks)
        {
            WriteTensor(pickle.Text(layer).Op("}("), "weight", weight, keys);
            if (bias is null) pickle.Text("bias").Op("N");
            else WriteTensor(pickle, "bias", bias, keys);
            pickle.Op("u");
        }

        return Zip(pickle.Op("u").Stop(), keys.Select(k => (k.Value, Bytes(k.Key.Data))));
    }

    public static byte[] Archive(IEnumerable<(string Name, byte[] Data)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data) in entries)
            {
                using var stream = archive.CreateEntry(name, level).Open();
                stream.Write(data);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>The element size turns bytes into the count that precedes them.</summary>
    public static byte[] Legacy(byte[] pickle, IReadOnlyList<(string Key, int ElementSize, byte[] Data)> storages, bool littleEndian = true)
    {
        var keys = new PickleWriter().Op("](");
        foreach (var storage in storages) keys.Text(storage.Key);
        return [.. Preamble(littleEndian), .. pickle, .. keys.Op("e").Stop(), .. storages.SelectMany(s => (byte[])[.. BitConverter.GetBytes((long)(s.Data.Length / s.ElementSize)), .. s.Data])];
    }

    /// <summary>The three pickles before the tensors.</summary>
    public static byte[] Preamble(bool littleEndian = true) =>
    [
        .. new PickleWriter().Raw(0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19).Stop(),
        .. new PickleWriter().Raw((byte)'M', 0xE9, 0x03).Stop(),
        .. new PickleWriter().Op("}(").Text("protocol_version").Raw((byte)'M', 0xE9, 0x03).Text("little_endian").Raw((byte)(littleEndian ? 0x88 : 0x89)).Op("u").Stop(),
    ];

    private static void WriteTensor(PickleWriter pickle, string name, Tensor tensor, Dictionary<Tensor, string> keys)
    {
        if (!keys.TryGetValue(tensor, out var key)) keys.Add(tensor, key = $"{keys.Count}");
        var strides = new long[tensor.Shape.Count];
        for (var (d, step) = (strides.Length - 1, 1L); d >= 0; step *= tensor.Shape[d--]) strides[d] = step;
        pickle.Text(name).Tensor(key, "FloatStorage", tensor.Length, 0, [.. tensor.Shape.Select(n => (long)n)], strides);
    }
}
