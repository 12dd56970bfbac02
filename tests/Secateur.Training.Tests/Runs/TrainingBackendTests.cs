using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Training.Tests.Runs;

public sealed class TrainingBackendTests
{
    [Fact]
    public void The_processors_of_one_process_are_the_processor() =>
        Assert.Same(TrainingBackend.Processor, TrainingBackend.OnProcessors(Collective.Alone));
}
