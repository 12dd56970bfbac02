using System.IO.Compression;
using System.Text;
using Secateur.Weights.Files;
using Secateur.Weights.Pickle;

namespace Secateur.Weights.PyTorch;

/// <summary>
/// PyTorch 1.6 and later: a zip archive with a folder of any name that holds <c>data.pkl</c>, <c>byteorder</c> (from 2.0 on) and one entry
/// <c>data/KEY</c> a storage. Only entries that are needed are read; their lengths are checked before and their CRC-32 after.
/// </summary>
internal sealed class ZipCheckpoint
{
    private const string PickleName = "data.pkl";

    private readonly UntrustedFile _file;
    private readonly MemoryBudget _budget;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    private ZipCheckpoint(UntrustedFile file, ZipArchive archive)
    {
        _file = file;
        _budget = new MemoryBudget(file);
        var stored = 0L;
        foreach (var entry in archive.Entries)
        {
            if (!_entries.TryAdd(entry.FullName, entry)) throw file.Invalid($"a second zip entry {UntrustedFile.Show(entry.FullName)}");
            if (entry.CompressedLength > file.Length - stored)
                throw file.Invalid($"its zip entries declare more data than the file's {file.Length} bytes: they overlap or are cut off");
            stored += entry.CompressedLength;
        }
    }

    public static TensorFile Read(UntrustedFile file, Func<UntrustedFile, object?, StateDictionary> find)
    {
        try
        {
            file.Stream.Position = 0;
            using var archive = new ZipArchive(file.Stream, ZipArchiveMode.Read, leaveOpen: true);
            return new ZipCheckpoint(file, archive).Read(find);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw file.Invalid($"damaged zip archive: {e.Message}", e);
        }
    }

    private TensorFile Read(Func<UntrustedFile, object?, StateDictionary> find)
    {
        var folder = FindFolder();
        CheckByteOrder(folder);
        var cursor = new PickleCursor(_file, PickleName, ReadEntry(_entries[folder + PickleName]));
        var root = new Unpickler(cursor, new TorchObjects(cursor), _budget).Load();
        return TensorLoader.Load(_file, WeightFileKind.PyTorchZip, find(_file, root), storage => ReadStorage(folder, storage), _budget);
    }

    private void CheckByteOrder(string folder)
    {
        if (!_entries.TryGetValue(folder + "byteorder", out var entry)) return;
        var order = Encoding.ASCII.GetString(ReadEntry(entry));
        if (order != "little") throw _file.Invalid($"byte order {UntrustedFile.Show(order)}, expected 'little'");
    }

    private string FindFolder()
    {
        var pickles = _entries.Keys.Where(name => $"/{name}".EndsWith($"/{PickleName}", StringComparison.Ordinal)).ToList();
        if (pickles.Count != 1)
            throw _file.Invalid($"a zip archive with {pickles.Count} entries {PickleName}, expected 1 as in a PyTorch checkpoint");
        return pickles[0][..^PickleName.Length];
    }

    private ReadOnlyMemory<byte> ReadStorage(string folder, StorageReference storage)
    {
        var name = $"{folder}data/{storage.Key}";
        var shown = $"zip entry {UntrustedFile.Show(name)}";
        if (!_entries.TryGetValue(name, out var entry)) throw _file.Invalid($"no {shown}, which a tensor needs");
        if (entry.Length != storage.Bytes)
            throw _file.Invalid($"{shown}: {entry.Length} bytes, expected {storage.Bytes} for {storage.Count} elements ({storage.Type})");
        return ReadEntry(entry);
    }

    private byte[] ReadEntry(ZipArchiveEntry entry)
    {
        var shown = $"zip entry {UntrustedFile.Show(entry.FullName)}";
        if (entry.IsEncrypted) throw _file.Invalid($"{shown}: encrypted");
        if (entry.Length > Array.MaxLength)
            throw _file.Invalid($"{shown}: {entry.Length} bytes; more than 2 GB in one piece is not supported");
        _budget.Charge(entry.Length, shown);
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        if (stream.ReadByte() >= 0) throw _file.Invalid($"{shown}: more than the declared {entry.Length} bytes");
        if (Crc32.Append(0, bytes) != entry.Crc32) throw _file.Invalid($"{shown}: wrong CRC-32 checksum, the file is damaged");
        return bytes;
    }
}
