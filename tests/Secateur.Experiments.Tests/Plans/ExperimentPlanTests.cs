using Secateur.Experiments.Plans;
using Secateur.Models;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Experiments.Tests.Plans;

public sealed class ExperimentPlanTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_plan_is_written_and_read_again()
    {
        var plan = new ExperimentPlan
        {
            Data = "data",
            Drawn = new DrawnData(8, 4, 96),
            Networks = ["extd32", "eresfd"],
            Rates = [0.25],
            Seeds = [7, 8],
            From = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("eresfd", "a.pth"),
            Training = new TrainingPlan { Epochs = 3, Batch = 2, ImageSize = 96 },
            Protocol = ExperimentPlan.Single,
        };
        var made = Experiment.Create(_temporary.PathOf("a"), plan);
        var read = Experiment.Open(made.Path);
        Assert.Equal(made.Graph.Jobs.Select(j => j.Id), read.Graph.Jobs.Select(j => j.Id));
        Assert.Equal((plan.Training, plan.Drawn, plan.Protocol, plan.Timing), (read.Plan.Training, read.Plan.Drawn, read.Plan.Protocol, read.Plan.Timing));
        Assert.Equal(Path.GetFullPath("a.pth", made.Path), read.Plan.From["eresfd"]);
        Assert.Equal(Path.Combine(made.Path, "data"), read.Data);
    }

    [Fact]
    public void Nothing_is_replaced_and_numbers_are_counted()
    {
        var plan = new ExperimentPlan { Data = "data" };
        Assert.EndsWith("e-1", Experiment.Create(_temporary.PathOf("e"), plan, numbered: true).Path, StringComparison.Ordinal);
        Assert.EndsWith("e-2", Experiment.Create(_temporary.PathOf("e"), plan, numbered: true).Path, StringComparison.Ordinal);
        Assert.Contains("exists already", Assert.Throws<IOException>(() => Experiment.Create(_temporary.PathOf("e-1"), plan)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => Experiment.Open(_temporary.PathOf("f")));
    }

    [Theory]
    [InlineData("""{"data":"d","networks":[]}""", "networks")]
    [InlineData("""{"data":"d","networks":["yolo"]}""", "yolo")]
    [InlineData("""{"data":"d","networks":["eresfd","eresfd"]}""", "each once")]
    [InlineData("""{"data":"d","criteria":["magic"]}""", "magic")]
    [InlineData("""{"data":"d","rates":[1]}""", "below 1")]
    [InlineData("""{"data":"d","rates":[0.1,0.1]}""", "each once")]
    [InlineData("""{"data":"d","seeds":[]}""", "seeds")]
    [InlineData("""{"data":"d","protocol":"best"}""", "best")]
    [InlineData("""{"data":"d","from":{"extd48":"a.pth"}}""", "extd48")]
    [InlineData("""{"data":"d","published":[{"path":"a.pth","network":"eresfd","criterion":null,"rate":0.5}]}""", "published")]
    [InlineData("""{"data":"d","timing":{"height":0}}""", "timing")]
    [InlineData("""{"data":"d","training":{"softEpochs":0}}""", "soft epochs")]
    [InlineData("""{"data":"d","training":{"batch":0}}""", "batch")]
    [InlineData("""{"data":"d","training":{"learningRate":0}}""", "learning rate")]
    [InlineData("""{"data":"d","surprise":1}""", "surprise")]
    [InlineData("""{"networks":["eresfd"]}""", "data")]
    [InlineData("""{"data":null}""", "data")]
    [InlineData("""{"data":"/tmp/wider","drawn":{"trainImages":4,"validationImages":2,"size":96}}""", "inside the experiment's")]
    [InlineData("""{"data":"..","drawn":{"trainImages":4,"validationImages":2,"size":96}}""", "inside the experiment's")]
    [InlineData("""{"data":"d","drawn":{"trainImages":0,"validationImages":2,"size":96}}""", "drawn")]
    [InlineData("""{"data":"d","rates":[0.3,0.30000000000000004]}""", "each once")]
    [InlineData("""{"data":"d","published":[null]}""", "published")]
    [InlineData("""{"data":"d","published":[{"path":"a.pth","network":"eresfd","criterion":"x/../../y","rate":0.5}]}""", "published")]
    [InlineData("""{"data":"d","from":{"eresfd":null}}""", "given models")]
    [InlineData("""[]""", "expected an object")]
    [InlineData("null", "expected an object")]
    [InlineData("", "is no plan of an experiment")]
    public void A_hostile_plan_is_refused(string json, string part)
    {
        var path = _temporary.Write("plan.json", json);
        var error = Assert.Throws<InvalidFileException>(() => Experiment.ReadPlan(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ERES.pth", null, 0)]
    [InlineData("sfd_face.pth", null, 0)]
    [InlineData("ERES10_FPGM.pth", "fpgm", 0.1)]
    [InlineData("eres50_l1.safetensors", "l1", 0.5)]
    [InlineData("EXTD64_05_FPGM.pth", "fpgm", 0.05)]
    public void Published_models_are_told_by_their_names(string name, string? criterion, double rate)
    {
        ModelFile.Write(_temporary.PathOf(name), RandomWeights.Fill(EResFd.Create(), 1));
        _temporary.Write("notes.txt", "");
        _temporary.Write("ERES00_FPGM.pth.bak", "");
        var found = Assert.Single(PublishedModels.Find(_temporary.Root));
        Assert.Equal(("eresfd", criterion, rate), (found.Network, found.Criterion, found.Rate));
    }

    [Fact]
    public void A_folder_without_published_models_is_told_with_the_names_expected()
    {
        _temporary.Write("model.pth", "");
        Assert.Contains("ERES10_FPGM.pth", Assert.Throws<FileNotFoundException>(() => PublishedModels.Find(_temporary.Root)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => PublishedModels.Find(_temporary.PathOf("none")));
    }
}
