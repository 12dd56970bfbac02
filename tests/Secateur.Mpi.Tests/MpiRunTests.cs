using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secateur.Demo.Datasets;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Mpi.Tests;

/// <summary>The real thing: <c>mpirun -n N secateur train</c> and <c>prune</c> on a small drawn data set.</summary>
public sealed class MpiRunTests : IDisposable
{
    private const string Train = "train eresfd --data data --imgsz 64 --batch 8 --out .";

    private const string Short = $"{Train} --device cpu --epochs 2 --val-every 1";
    private const string Long = $"{Train} --device cpu --threads 1 --val-every 0";

    private readonly TemporaryFolder _folder = new();

    public MpiRunTests() => DrawnDataset.Write(_folder.PathOf("data"), new DrawnDatasetOptions { TrainImages = 26, ValidationImages = 5, Width = 96, Height = 96 });

    public void Dispose() => _folder.Dispose();

    [MpirunFact]
    public async Task Training_gives_the_same_bits_in_any_number_of_processes()
    {
        var one = await Finishes(0, $"{Short} --threads 1 --name one");
        await Finishes(0, $"{Short} --threads 2 --name threads");
        foreach (var processes in new[] { 1, 2, 4 })
        {
            var run = await Finishes(processes, $"{Short} --threads 1 --name of{processes}");

            // The first process speaks for all.
            Assert.Equal(one.Out.Replace("one/", $"of{processes}/", StringComparison.Ordinal), run.Out);
            Assert.Equal(1, run.Error.Split("Run folder: ").Length - 1);
            Same("one", $"of{processes}", "last", "best");
        }

        Same("one", "threads", "last", "best");
    }

    [MpirunFact]
    public async Task Pruning_gives_the_same_bits_and_one_document()
    {
        var prune = $"prune {TinyDetector.Write(_folder.PathOf("tiny.safetensors"))} --data data --imgsz 64 --batch 8 --epochs 1 --finetune-epochs 1 --rate 0.5 --criterion taylor --val-every 1 --device cpu --out . --json";
        await Finishes(0, $"{prune} --name one");
        var run = await Finishes(2, $"{prune} --threads 2 --name two");
        Same("one", "two", "last", "best", "masked", "compacted");
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("./two", document.RootElement.GetProperty("run").GetString());

        var shot = $"prune tiny.safetensors --data data --imgsz 64 --batch 8 --epochs 0 --rate 0.5 --criterion taylor --batches 2 --device cpu";
        await Finishes(0, $"{shot} --out one.safetensors");
        await Finishes(2, $"{shot} --out two.safetensors");
        Assert.Equal(File.ReadAllBytes(_folder.PathOf("one.safetensors")), File.ReadAllBytes(_folder.PathOf("two.safetensors")));
    }

    [MpirunFact]
    public async Task A_killed_process_ends_all_and_the_run_goes_on_with_another_number()
    {
        await Finishes(0, $"{Long} --epochs 40 --name whole");
        using var killed = Mpirun.Start(_folder.Root, 4, [], $"{Long} --epochs 40 --save-every 0 --name killed".Split(' '));
        var end = Mpirun.Finish(killed);
        var state = _folder.PathOf("killed", "state.safetensors");
        HangGuard.Until(() => killed.HasExited || (File.Exists(state) && Position(state)["metrics"]!.AsArray().Count > 0));
        Process.GetProcessById(await RankOf(killed, 2)).Kill();
        Assert.NotEqual(0, (await end).Code);
        Assert.InRange(Position(state)["metrics"]!.AsArray().Count, 1, 39);
        await Finishes(2, "train --resume killed --out . --threads 1 --device cpu");
        Same("whole", "killed", "last");
    }

    [MpirunFact]
    public async Task A_signal_stops_all_processes_after_the_same_step()
    {
        // Ctrl-C, which mpirun passes on as SIGTERM after so many seconds, and as SIGKILL after as many again; one that it passes on at once; and one to one process alone.
        await Stops("ctrl-c", async (mpirun, _) => await Signal("-INT", mpirun), interrupted: true);
        await Stops("usr2", async (mpirun, _) => await Signal("-USR2", mpirun), interrupted: false);
        await Stops("one", async (_, rank1) => await Signal("-TERM", rank1), interrupted: false);

        async Task Stops(string name, Func<int, int, Task> signal, bool interrupted)
        {
            using var process = Mpirun.Start(_folder.Root, 2, [("OMPI_MCA_odls_base_sigkill_timeout", "3")], $"{Long} --epochs 100000 --save-every 3600 --name {name}".Split(' '));
            var end = Mpirun.Finish(process);
            HangGuard.Until(() => process.HasExited || File.Exists(_folder.PathOf(name, "metrics.csv")));
            await signal(process.Id, await RankOf(process, 1));
            var run = await end;
            Assert.Equal(interrupted ? 1 : 130, run.Code);
            Assert.Contains($"the state is saved in ./{name}; go on with: secateur train --resume ./{name}", run.Error, StringComparison.Ordinal);
            Assert.True(Position(_folder.PathOf(name, "state.safetensors"))["metrics"]!.AsArray().Count > 0);
        }

        static async Task Signal(string signal, int process)
        {
            using var kill = Process.Start("kill", [signal, $"{process}"]);
            await kill.WaitForExitAsync();
        }
    }

    [MpirunFact]
    public async Task What_cannot_be_shared_is_refused_in_a_line()
    {
        var three = await Mpirun.Run(_folder.Root, 3, $"{Short} --name three".Split(' '));
        Assert.Equal(2, three.Code);
        Assert.Contains("3 processes cannot share a batch of 8 images and 16 chunks evenly; 1, 2, 4, 8 can", three.Error, StringComparison.Ordinal);
        var precise = await Mpirun.Run(_folder.Root, 2, $"{Train} --precision tf32 --name precise".Split(' '));
        Assert.Equal(2, precise.Code);
        Assert.Contains("(--device cuda), not --device auto in several processes", precise.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("three")) || Directory.Exists(_folder.PathOf("precise")));
    }

    /// <summary>A device that is the processor plays one for each process.</summary>
    [MpirunFact(NeedsOpenCl = true)]
    public async Task Devices_of_several_processes_give_the_bits_of_one()
    {
        var prune = $"prune {TinyDetector.Write(_folder.PathOf("tiny.safetensors"))} --data data --imgsz 64 --batch 8 --epochs 1 --finetune-epochs 1 --rate 0.5 --criterion taylor --val-every 1 --threads 1 --out .";
        await Finishes(0, $"{prune} --device opencl --name device");
        var run = await Finishes(2, $"{prune} --device opencl --name devices");
        Same("device", "devices", "last", "best", "masked", "compacted");
        Assert.Contains("Device: opencl:0 (", run.Error, StringComparison.Ordinal);
        var none = await Mpirun.Run(_folder.Root, 2, $"{prune} --device opencl:99 --name none".Split(' '));
        Assert.NotEqual(0, none.Code);
        Assert.Contains("there is no device opencl:99", none.Error, StringComparison.Ordinal);
    }

    [MpirunFact]
    public async Task An_error_of_one_process_names_it_and_ends_all()
    {
        // The third process's sample of the first batch cannot be read, and must be.
        foreach (var image in Directory.GetFiles(_folder.PathOf("data", "WIDER_train", "images", DrawnDataset.Event)).Skip(3)) File.WriteAllBytes(image, File.ReadAllBytes(image)[..400]);
        var broken = await Mpirun.Run(_folder.Root, 4, $"{Short} --strict --name broken".Split(' '));
        Assert.Equal(1, broken.Code);
        Assert.Matches("secateur: rank [0-3] of 4 on [^:]+: ", broken.Error);
        Assert.Contains(".jpg", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_launcher_of_another_mpi_is_refused()
    {
        using var process = Mpirun.Start(_folder.Root, 0, [("PMI_SIZE", "4")], $"{Short} --name other".Split(' '));
        var run = await Mpirun.Finish(process);
        Assert.Equal(1, run.Code);
        Assert.Contains("start them with Open MPI's: mpirun.openmpi -n 4", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("other")));
    }

    private async Task<Mpirun> Finishes(int processes, string args)
    {
        var run = await Mpirun.Run(_folder.Root, processes, args.Split(' '));
        Assert.True(run.Code == 0, run.Error);
        return run;
    }

    /// <summary>Models byte for byte, and states but for the times in them.</summary>
    private void Same(string one, string other, params string[] models)
    {
        foreach (var model in models.Select(m => m + ".safetensors")) Assert.Equal(File.ReadAllBytes(_folder.PathOf(one, model)), File.ReadAllBytes(_folder.PathOf(other, model)));
        var (a, b) = (Safetensors.Read(_folder.PathOf(one, "state.safetensors")), Safetensors.Read(_folder.PathOf(other, "state.safetensors")));
        Assert.Equal(a.Tensors.Keys, b.Tensors.Keys);
        Assert.All(a.Tensors, t => Assert.Equal(t.Value.Data, b.Tensors[t.Key].Data));
        string[] dependent = ["secateur.position", "secateur.checksum"];
        Assert.Equal(a.Metadata.Where(m => !dependent.Contains(m.Key)), b.Metadata.Where(m => !dependent.Contains(m.Key)));
        Assert.Equal(Timeless(one), Timeless(other));

        string Timeless(string run)
        {
            var position = Position(_folder.PathOf(run, "state.safetensors"));
            foreach (var name in new[] { "seconds", "waited" }) position.AsObject().Remove(name);
            foreach (var row in position["metrics"]!.AsArray())
            {
                foreach (var name in new[] { "imagesPerSecond", "waiting" }) row!.AsObject().Remove(name);
            }

            return position.ToJsonString();
        }
    }

    private static JsonNode Position(string state) => JsonNode.Parse(Safetensors.Read(state).Metadata["secateur.position"])!;

    /// <summary>The process of a rank among those that mpirun has started.</summary>
    private static async Task<int> RankOf(Process mpirun, int rank)
    {
        foreach (var child in (await File.ReadAllTextAsync($"/proc/{mpirun.Id}/task/{mpirun.Id}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if ((await File.ReadAllTextAsync($"/proc/{child}/environ")).Split('\0').Contains($"OMPI_COMM_WORLD_RANK={rank}")) return int.Parse(child, CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException($"mpirun has no rank {rank}");
    }
}
