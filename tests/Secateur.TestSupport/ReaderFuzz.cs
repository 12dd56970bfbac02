using Xunit;

namespace Secateur.TestSupport;

/// <summary>
/// Seeded mutation fuzzing of a file reader: whatever the bytes, it returns or throws <see cref="InvalidFileException"/>, nothing else.
/// <c>SECATEUR_FUZZ_ROUNDS</c> makes it run longer: so many rounds wherever a test has fewer.
/// </summary>
public static class ReaderFuzz
{
    /// <param name="seeds">Valid files to start from.</param>
    /// <param name="read">The reader under test.</param>
    /// <param name="extension">Extension of the temporary file.</param>
    /// <param name="rounds">Mutants per valid file.</param>
    public static void Run(IReadOnlyList<byte[]> seeds, Action<string> read, string extension, int rounds = 150)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("SECATEUR_FUZZ_ROUNDS"), out var least)) rounds = Math.Max(rounds, least);
        var path = Path.Combine(Path.GetTempPath(), $"secateur-fuzz-{Guid.NewGuid():N}{extension}");
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                for (var seed = 0; seed < seeds.Count; seed++)
                {
                    var mutant = Mutate(seeds[seed], new Random((round * 1009) + seed));
                    File.WriteAllBytes(path, mutant);
                    CheckOne(path, mutant, read, $"round {round}, seed {seed}");
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Asserts that a reader turns these bytes down with an error that names the file, and allocates little more than they are.</summary>
    public static InvalidFileException Rejects(byte[] content, Action<string> read, string extension)
    {
        var path = Path.Combine(Path.GetTempPath(), $"secateur-hostile-{Guid.NewGuid():N}{extension}");
        File.WriteAllBytes(path, content);
        try
        {
            InvalidFileException? error = null;
            HangGuard.Run(() =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                error = Assert.Throws<InvalidFileException>(() => read(path));
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(allocated < 4_000_000 + (16L * content.Length), $"allocated {allocated} bytes to reject {content.Length}");
            });
            Assert.Contains(path, error!.Message, StringComparison.Ordinal);
            return error;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void CheckOne(string path, byte[] mutant, Action<string> read, string where)
    {
        try
        {
            read(path);
        }
        catch (InvalidFileException error)
        {
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
        catch (Exception other)
        {
            var kept = Path.ChangeExtension(path, ".failed" + Path.GetExtension(path));
            File.WriteAllBytes(kept, mutant);
            Assert.Fail($"{where}: expected a result or InvalidFileException, got {other.GetType().Name}: {other.Message}\ninput kept at {kept}\n{other.StackTrace}");
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = (byte[])seed.Clone();
        switch (random.Next(6))
        {
            case 0: // cut short
                return bytes[..random.Next(bytes.Length)];
            case 1: // a run of bytes repeated
                var from = random.Next(bytes.Length);
                var length = random.Next(1, Math.Min(64, bytes.Length - from) + 1);
                return [.. bytes[..from], .. bytes[from..(from + length)], .. bytes[from..]];
            case 2: // a field set to an extreme
                var at = random.Next(bytes.Length);
                byte[] extreme = random.Next(2) == 0 ? [0xFF, 0xFF, 0xFF, 0x7F] : [0xFF, 0xFF, 0xFF, 0xFF];
                for (var i = 0; i < 4 && at + i < bytes.Length; i++) bytes[at + i] = extreme[i];
                return bytes;
            default: // flipped bits, more often near the front where the headers are
                for (var n = random.Next(1, 9); n > 0; n--)
                {
                    var limit = random.Next(2) == 0 ? Math.Min(bytes.Length, 512) : bytes.Length;
                    bytes[random.Next(limit)] ^= (byte)(1 << random.Next(8));
                }
                return bytes;
        }
    }
}
