using System.Collections.Immutable;
using Secateur.Kernels;
using Secateur.Weights.Files;
using Secateur.Weights.Pickle;

namespace Secateur.Weights.PyTorch;

/// <summary>
/// Reads the files of <c>torch.save(model.state_dict(), path)</c>, in the zip format (PyTorch 1.6 and later) and the one before. Nothing
/// in them can run code: the unpickler knows tensors, parameters, dictionaries and plain values; objects of every other class stay closed and are
/// passed over, and a file that names what can only do harm (<c>os.system</c>) is refused.
/// A dictionary that holds another one with tensors under <c>state_dict</c>, <c>model_state_dict</c>, <c>model_state</c>, <c>model</c>,
/// <c>network</c>, <c>net</c>, <c>module</c>, <c>params</c>, <c>weights</c>, <c>weight</c>, <c>state</c>, <c>ema</c>, <c>state_dict_ema</c>,
/// <c>ema_state_dict</c>, <c>model_ema</c> or <c>params_ema</c> (the first of these that does) stands for that one, whatever else it holds;
/// <see cref="TensorFile.Notes"/> says what was passed over.
/// </summary>
public static class PyTorchCheckpoint
{
    private const int ShownBytes = 8;

    /// <summary>Reads every tensor of one file, in its order; an empty dictionary gives none.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <exception cref="InvalidFileException">
    /// The file is damaged, needs other code than tensors do, holds something else than a dictionary of tensors, expands to more than a
    /// small multiple of its length, has a storage of more than 2 GB, or a value that float32 cannot hold.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static TensorFile Read(string path)
    {
        using var file = UntrustedFile.Open(path);
        return Read(file);
    }

    /// <summary>
    /// Reads a checkpoint of five files, <c>STEM.base.pth</c>, <c>STEM.act_conf.pth</c>, <c>STEM.act_loc.pth</c>, <c>STEM.conf.pth</c>
    /// and <c>STEM.loc.pth</c>, as EResFD is published. Their tensors' names lack <c>base.</c> and so on; the result's have
    /// it.
    /// </summary>
    /// <param name="path">The stem, e.g. <c>eresfd_16.pth</c>, or any one of the five files.</param>
    /// <exception cref="InvalidFileException">A part is missing, or as for <see cref="Read(string)"/>.</exception>
    public static TensorFile ReadSplit(string path)
    {
        var stem = SplitCheckpoint.StemOf(path);
        var missing = SplitCheckpoint.Parts.Select(part => SplitCheckpoint.PathOf(stem, part)).Where(part => !File.Exists(part)).ToList();
        if (missing.Count > 0)
        {
            var names = string.Join(", ", missing.Select(Path.GetFileName));
            throw new InvalidFileException(path, $"a checkpoint of {SplitCheckpoint.Parts.Count} files, missing: {names}");
        }
        var tensors = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        var notes = ImmutableArray<string>.Empty;
        foreach (var part in SplitCheckpoint.Parts)
        {
            var file = Read(SplitCheckpoint.PathOf(stem, part));
            notes = notes.AddRange(file.Notes.Select(note => $"{part}: {note}"));
            foreach (var (name, tensor) in file.Tensors) tensors.Add($"{part}.{name}", tensor);
        }
        return new TensorFile(WeightFileKind.PyTorchSplit, tensors, new Dictionary<string, string>()) { Notes = notes };
    }

    internal static TensorFile Read(UntrustedFile file) => Read(file, StateDictionary.Find);

    /// <summary>Reads the tensors of a dictionary of dictionaries, as <c>LAYER.NAME</c>.</summary>
    internal static TensorFile ReadNested(UntrustedFile file) => Read(file, StateDictionary.Flatten);

    private static TensorFile Read(UntrustedFile file, Func<UntrustedFile, object?, StateDictionary> find) => file.ReadStart(ShownBytes) switch
    {
        [(byte)'P', (byte)'K', ..] => ZipCheckpoint.Read(file, find),
        [(byte)PickleOpcode.Proto, ..] => LegacyCheckpoint.Read(file, find),
        var start => throw file.Invalid($"not a PyTorch checkpoint: it begins with the bytes {Convert.ToHexString(start)}"),
    };
}
