using System.IO.Compression;
using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Weights;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

public class WeightFuzzTests
{
    [Fact]
    public void Safetensors_survives()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a");
        Safetensors.Write(path, [new("a.weight", new Tensor(2, 3)), new("a.bias", new Tensor(2)), new("none", new Tensor(0))], [new("k", "v")]);
        ReaderFuzz.Run([File.ReadAllBytes(path)], p => Safetensors.Read(p), ".safetensors", rounds: 1000);
    }

    [Fact]
    public void Zip_checkpoints_survive()
    {
        byte[][] seeds =
        [
            CheckpointWriter.Zip(Pickle(legacy: false), Storages()),
            CheckpointWriter.Zip(Pickle(legacy: false), Storages(), level: CompressionLevel.SmallestSize),
            File.ReadAllBytes(Golden("types_zip.pth")),
        ];
        ReaderFuzz.Run(seeds, p => PyTorchCheckpoint.Read(p), ".pth", rounds: 300);
    }

    [Fact]
    public void Pickles_with_a_right_checksum_survive()
    {
        // The checksum would hide most of the unpickler from mutated archives: put the mutated pickle into a sound one.
        ReaderFuzz.Run([Pickle(legacy: false), Training(), new PickleWriter(4).Op("]q\0h\0a").Stop()], path => Wrapped(path, p => PyTorchCheckpoint.Read(p)), ".pkl", rounds: 400);
        ReaderFuzz.Run([Training(), Masks()], path => Wrapped(path, p => WeightFile.ReadMasks(p)), ".pkl", rounds: 200);

        static void Wrapped(string path, Action<string> read)
        {
            var archive = path + ".pth";
            File.WriteAllBytes(archive, CheckpointWriter.Zip(File.ReadAllBytes(path), Storages()));
            try
            {
                read(archive);
            }
            finally
            {
                File.Delete(archive);
            }
        }
    }

    [Fact]
    public void Legacy_checkpoints_survive()
    {
        byte[][] seeds =
        [
            CheckpointWriter.Legacy(Pickle(legacy: true), [.. Storages().Select((s, i) => (s.Key, i == 0 ? 4 : 8, s.Data))]),
            File.ReadAllBytes(Golden("views_legacy.pth")),
        ];
        ReaderFuzz.Run(seeds, p => PyTorchCheckpoint.Read(p), ".pth", rounds: 500);
        ReaderFuzz.Run(seeds, p => WeightFile.Read(p), ".pth", rounds: 50);
    }

    private static string Golden(string name) => Path.Combine(SharedData.RepositoryRoot, "tests", "Goldens", "checkpoints", name);

    private static byte[] Pickle(bool legacy) => new PickleWriter().Global("collections", "OrderedDict").Op(")Rq\0(")
        .Text("w").Tensor("0", "FloatStorage", 6, 1, [2, 2], [1, 2], legacy)
        .Text("n").Tensor("1", "LongStorage", 1, 0, [], [], legacy)
        .Text("again").Op("h").Raw(0).Op("0").Floats("0", 6, legacy)
        .Op("u}").Text("_metadata").Op("}sb").Stop();

    /// <summary>The tensors among objects of every kind, two wrappers deep.</summary>
    private static byte[] Training()
    {
        var pickle = new PickleWriter().Op("}(").Text("model").Op("}(").Text("state_dict").Op("}").Text("w").Floats("0", 6).Op("s").Text("epoch").Op("K\u0001u");
        foreach (object[] other in ForeignObjectsTests.Objects) pickle.Text((string)other[0]).Raw((byte[])other[1]);
        return pickle.Op("u").Stop();
    }

    private static byte[] Masks() => new PickleWriter().Op("}(").Text("a.0").Op("}(").Text("weight").Floats("0", 6).Text("bias").Op("Nuu").Stop();

    private static (string Key, byte[] Data)[] Storages() => [("0", CheckpointWriter.Bytes(1, 2, 3, 4, 5, 6)), ("1", BitConverter.GetBytes(9L))];
}
