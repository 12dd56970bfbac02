using Secateur.Graph;
using Secateur.TestSupport;
using Secateur.Training.Loss;
using Xunit;

namespace Secateur.Training.Tests.Loss;

public class DistillationLossTests
{
    private const int Images = 3;

    [Fact]
    public void Each_output_counts_by_its_share_of_the_teachers_squares()
    {
        var (student, teacher, gradients) = (Maps(), Maps(), Maps());
        Fill(teacher, 1);
        var loss = new DistillationLoss(2, 1, Collective.Alone);
        Assert.Equal(1, loss.Compute(student, teacher, gradients, Images).Loss, 1e-12);

        // Off by a tenth everywhere: a hundredth, however large an output is.
        for (var o = 0; o < 2; o++)
        {
            foreach (ref var value in teacher.Values[o].AsSpan()) value *= o == 0 ? 100 : 0.01f;
            for (var i = 0; i < teacher.Values[o].Length; i++) student.Values[o][i] = 1.1f * teacher.Values[o][i];
        }

        Assert.Equal(0.01, loss.Compute(student, teacher, gradients, Images).Loss, 1e-7);
        Assert.Equal(0, loss.Compute(teacher, teacher, gradients, Images).Loss);
        Assert.All(gradients.Values, g => Assert.All(g, v => Assert.Equal(0, v)));
    }

    [Fact]
    public void A_teacher_of_zeros_leaves_the_mean_square()
    {
        var (student, teacher) = (Maps(), Maps());
        foreach (var values in student.Values) values.AsSpan().Fill(0.5f);
        Assert.Equal(0.25, new DistillationLoss(2, 1, Collective.Alone).Compute(student, teacher, Maps(), Images).Loss, 1e-12);
    }

    [Fact]
    public void Gradients_are_difference_quotients()
    {
        var (student, teacher, gradients) = (Maps(), Maps(), Maps());
        Fill(student, 1);
        Fill(teacher, 2);
        var loss = new DistillationLoss(2, 2, Collective.Alone);
        loss.Compute(student, teacher, gradients, Images);
        for (var o = 0; o < 2; o++)
        {
            for (var i = 0; i < student.Values[o].Length; i += 7)
            {
                var (value, expected) = (student.Values[o][i], gradients.Values[o][i]);
                double At(float shift)
                {
                    student.Values[o][i] = value + shift;
                    return loss.LossOf(loss.SumsOf(student, teacher, Images));
                }

                // The loss is a parabola: this is exact.
                Assert.Equal(expected, (At(0.125f) - At(-0.125f)) / 0.25, 1e-6);
                student.Values[o][i] = value;
            }
        }
    }

    [Fact]
    public void Images_whose_values_are_no_numbers_are_named()
    {
        var (student, teacher) = (Maps(), Maps());
        Fill(teacher, 1);
        student.Of(1, 2)[0] = float.NaN;
        var (loss, broken) = new DistillationLoss(2, 1, Collective.Alone).Compute(student, teacher, Maps(), Images);
        Assert.Equal(double.NaN, loss);
        Assert.Equal(2, Assert.Single(broken));
    }

    [Fact]
    public void Random_signs_measure_what_the_outputs_lose()
    {
        // One linear weight: outputs are w * t, and without it they are 0, at a loss of 1.
        var (teacher, gradients) = (Maps(), Maps());
        Fill(teacher, 1);
        var loss = new DistillationLoss(2, 1, Collective.Alone);
        var mean = 0.0;
        const int draws = 2000;
        for (var draw = 0; draw < draws; draw++)
        {
            loss.DrawSigns(teacher, gradients, Images, n => new SeededRandom(draw, n));
            var change = Enumerable.Range(0, 2).Sum(o => teacher.Values[o].Zip(gradients.Values[o], (t, g) => (double)t * g).Sum());
            mean += change * change / draws;
        }

        Assert.Equal(1, mean, 0.1);
    }

    [Fact]
    public void Processes_that_share_a_batch_have_its_loss_and_gradients()
    {
        var (student, teacher, gradients) = (Maps(), Maps(), Maps());
        Fill(student, 1);
        Fill(teacher, 2);
        var whole = new DistillationLoss(2, 1, Collective.Alone).Compute(student, teacher, gradients, 2).Loss;
        var shared = ThreadCollective.Run(2, ranks =>
        {
            var (ownStudent, ownTeacher, own) = (Maps(), Maps(), Maps());
            for (var o = 0; o < 2; o++)
            {
                student.Of(o, ranks.Rank).CopyTo(ownStudent.Of(o, 0));
                teacher.Of(o, ranks.Rank).CopyTo(ownTeacher.Of(o, 0));
            }

            return (new DistillationLoss(2, 1, ranks).Compute(ownStudent, ownTeacher, own, 1).Loss, own);
        });
        for (var rank = 0; rank < 2; rank++)
        {
            Assert.Equal(whole, shared[rank].Loss);
            for (var o = 0; o < 2; o++) Assert.Equal(gradients.Of(o, rank).ToArray(), shared[rank].own.Of(o, 0).ToArray());
        }
    }

    private static OutputMaps Maps()
    {
        var g = new NetworkBuilder("outputs");
        var x = g.Conv2d(g.Input(3), "a", 2, 1);
        g.Output("fine", x);
        g.Output("coarse", g.Conv2d(x, "b", 5, 3, 2, 1));
        return new OutputMaps(g.Build(), 8, Images);
    }

    private static void Fill(OutputMaps maps, int seed)
    {
        var random = new Random(seed);
        foreach (var values in maps.Values)
        {
            foreach (ref var value in values.AsSpan()) value = RandomWeights.Normal(random);
        }
    }
}
