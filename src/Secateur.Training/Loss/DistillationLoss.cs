using System.Collections.Immutable;

namespace Secateur.Training.Loss;

/// <summary>
/// How far a network's outputs are from those of its original, the teacher: for each output the squared differences, summed over the batch and divided by the sum of
/// the teacher's squares; the mean of that over the outputs. So outputs of all scales and sizes count alike; the original itself has 0, and a network that gives zeros 1.
/// The result does not depend on the number of threads, nor on that of the processes that share a batch.
/// </summary>
/// <param name="outputs">The number of outputs.</param>
/// <param name="threads">Images worked on at once.</param>
/// <param name="ranks">The processes that share each batch, all of which compute its loss at the same time, each from its images.</param>
internal sealed class DistillationLoss(int outputs, int threads, Collective ranks)
{
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>The loss and its gradients by the student's outputs.</summary>
    /// <param name="student">The outputs of the network in training.</param>
    /// <param name="teacher">Those of the original.</param>
    /// <param name="gradients">Overwritten.</param>
    /// <param name="images">Images of the batch in this process.</param>
    /// <returns>The loss, and the positions in the whole batch of images whose part of it is infinite or no number.</returns>
    public (double Loss, ImmutableArray<int> NonFinite) Compute(OutputMaps student, OutputMaps teacher, OutputMaps gradients, int images)
    {
        var all = ranks.Join<OutputSums>(SumsOf(student, teacher, images));
        var totals = Totals(all);
        Parallel.For(0, images, _parallel, n =>
        {
            for (var o = 0; o < outputs; o++)
            {
                var factor = 2 / (outputs * totals[o].Divisor);
                Span<float> values = student.Of(o, n), goal = teacher.Of(o, n), gradient = gradients.Of(o, n);
                for (var i = 0; i < gradient.Length; i++) gradient[i] = (float)(factor * ((double)values[i] - goal[i]));
            }
        });
        return (LossOf(totals), [.. all.Chunk(outputs).Index().Where(image => !image.Item.All(s => double.IsFinite(s.Difference))).Select(image => image.Index)]);
    }

    /// <summary>
    /// Gradients by the outputs that are random signs, in the units of the loss. What they give for a weight, times the weight, squared, is on average the loss
    /// that the outputs' change without that weight, to first order, would have: that of the original, where the loss and its own gradients are 0.
    /// </summary>
    /// <param name="teacher">The outputs of the original.</param>
    /// <param name="gradients">Overwritten.</param>
    /// <param name="images">Images of the batch in this process.</param>
    /// <param name="randomOf">The random numbers of an image.</param>
    public void DrawSigns(OutputMaps teacher, OutputMaps gradients, int images, Func<int, SeededRandom> randomOf)
    {
        var totals = Totals(ranks.Join<OutputSums>(SumsOf(teacher, teacher, images)));
        Parallel.For(0, images, _parallel, n =>
        {
            var random = randomOf(n);
            for (var o = 0; o < outputs; o++)
            {
                var size = (float)(1 / Math.Sqrt(outputs * totals[o].Divisor));
                foreach (ref var gradient in gradients.Of(o, n)) gradient = random.NextBool() ? size : -size;
            }
        });
    }

    /// <summary>What each image adds to each output's loss, those of an image together; of this process's images alone.</summary>
    public OutputSums[] SumsOf(OutputMaps student, OutputMaps teacher, int images)
    {
        var sums = new OutputSums[images * outputs];
        Parallel.For(0, images, _parallel, n =>
        {
            for (var o = 0; o < outputs; o++) sums[(n * outputs) + o] = Sum(student.Of(o, n), teacher.Of(o, n));
        });
        return sums;
    }

    /// <summary>The loss of images as one batch, in their order; not a number where there are none.</summary>
    public double LossOf(ReadOnlySpan<OutputSums> images) => images.IsEmpty ? double.NaN : LossOf(Totals(images));

    private static double LossOf(OutputSums[] totals) => totals.Average(t => t.Difference / t.Divisor);

    private OutputSums[] Totals(ReadOnlySpan<OutputSums> images)
    {
        var totals = new OutputSums[outputs];
        for (var i = 0; i < images.Length; i++) totals[i % outputs] += images[i];
        return totals;
    }

    private static OutputSums Sum(ReadOnlySpan<float> student, ReadOnlySpan<float> teacher)
    {
        var (differences, squares) = (0.0, 0.0);
        for (var i = 0; i < teacher.Length; i++)
        {
            double value = teacher[i], difference = student[i] - value;
            differences += difference * difference;
            squares += value * value;
        }

        return new OutputSums(differences, squares, teacher.Length);
    }
}
