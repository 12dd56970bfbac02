namespace Secateur.Weights.Files;

/// <summary>
/// Bounds what reading one file may allocate by a small multiple of its length, so that nothing that is stored once and meant many times
/// (compressed entries, expanded tensors, tiny opcodes) grows without bound.
/// </summary>
internal sealed class MemoryBudget(UntrustedFile file)
{
    private const long BytesPerFileByte = 8;
    private const long Allowance = 1 << 20;

    private readonly long _limit = (file.Length * BytesPerFileByte) + Allowance;
    private long _used;

    /// <param name="bytes">What is about to be allocated; not negative.</param>
    /// <param name="what">What it is for, as the message names it.</param>
    /// <exception cref="InvalidFileException">Together with all before it more than the budget.</exception>
    public void Charge(long bytes, string what)
    {
        if (bytes > _limit - _used)
        {
            throw file.Invalid(
                $"{what} of {bytes} bytes: the content expands to more than {BytesPerFileByte} times the file's {file.Length} bytes");
        }
        _used += bytes;
    }
}
