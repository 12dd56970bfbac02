namespace Secateur.Weights.Files;

/// <summary>How a weight file stores its tensors.</summary>
public enum WeightFileKind
{
    /// <summary>safetensors: a JSON header, then raw little-endian data.</summary>
    Safetensors,

    /// <summary>PyTorch 1.6 and later: a zip archive with one pickle and one entry a storage.</summary>
    PyTorchZip,

    /// <summary>PyTorch before 1.6: a sequence of pickles, then the storages.</summary>
    PyTorchLegacy,

    /// <summary>
    /// As EResFD is published: one PyTorch file for each of <c>base</c>, <c>act_conf</c>, <c>act_loc</c>, <c>conf</c> and <c>loc</c>.
    /// </summary>
    PyTorchSplit,
}
