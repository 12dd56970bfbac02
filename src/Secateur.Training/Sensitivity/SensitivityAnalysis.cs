using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Training.Sensitivity;

/// <summary>
/// Measures how much each layer group matters: prunes one at a time, in one shot and without training (as in Li et al., "Pruning Filters for Efficient
/// ConvNets", ICLR 2017, section 3.2, figure 2b), and measures the validation loss or average precision.
/// </summary>
public static class SensitivityAnalysis
{
    /// <summary>The prunable layers, each a group of its own.</summary>
    public static ImmutableArray<LayerGroup> LayersOf(Network network) => [.. network.PrunableLayers().Select(l => new LayerGroup(l.Layer, [l.Layer]))];

    /// <summary>Measures every group at every rate.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The images to measure on.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="settings">How.</param>
    /// <param name="backend">What runs the models; the processor where it is null.</param>
    /// <param name="measured">Told the result so far after every model, the model as given first.</param>
    /// <param name="progress">Told the models done and in all.</param>
    /// <param name="brokenImage">Told once of every image that cannot be read, and why; it is left out.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, a group does not fit the network, or the criterion cannot score a layer.</exception>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SensitivityResult Run(
        Model model,
        FaceDataset data,
        ImmutableArray<LayerGroup> groups,
        SensitivitySettings settings,
        TrainingBackend? backend = null,
        Action<SensitivityResult>? measured = null,
        IProgress<(int Done, int Total)>? progress = null,
        Action<string, string>? brokenImage = null,
        CancellationToken cancellation = default)
    {
        settings.Validate();
        LayerGroup.Check(groups, model.Network);
        var criterion = FilterCriteria.Create(settings.Criterion, settings.Seed);
        var measure = Meter(model, data, settings, backend ?? TrainingBackend.Processor, brokenImage, cancellation);
        var (done, total) = (0, 1 + (groups.Length * settings.Rates.Length));
        var result = new SensitivityResult(settings.Metric, measure(model), []);
        if (double.IsNaN(result.Whole)) throw new InvalidFileException(data.Root, $"none of {data.Images.Length} images could be read, or the model as given computes no numbers");
        Tell();
        foreach (var group in groups)
        {
            var last = (Mask: FilterMask.FromZeros(model), Value: result.Whole);
            foreach (var rate in settings.Rates.Order())
            {
                var plan = group.Patterns.Aggregate(new PruningPlan(0), (plan, pattern) => plan.With(pattern, rate));
                var quotas = plan.Resolve(model.Network).Where(q => group.Holds(q.Layer.Layer)).ToList();
                var mask = plan.Select(model, criterion);

                // A rate that takes no filter beyond those of the one before it changes nothing.
                if (!IsWithin(mask, last.Mask)) last = (mask, measure(mask.Apply(model)));
                var filters = quotas.Sum(q => model.Network.Parameter(q.Layer.Weight).Shape[0]);
                result = result with { Points = result.Points.Add(new SensitivityPoint(group.Name, rate, quotas.Sum(q => q.Pruned), filters, last.Value)) };
                Tell();
            }
        }

        return result;

        void Tell()
        {
            progress?.Report((++done, total));
            measured?.Invoke(result);
        }
    }

    private static Func<Model, double> Meter(
        Model model, FaceDataset data, SensitivitySettings settings, TrainingBackend backend, Action<string, string>? brokenImage, CancellationToken cancellation)
    {
        if (settings.Metric == SensitivityMetric.Ap)
        {
            var precision = new ValidationPrecision(data, settings.Threads);
            return pruned => precision.Measure(pruned, backend, (_, _) => { }, new SharedStop(backend.Ranks, cancellation)).Mean;
        }

        var loss = new ValidationLoss(data, model.Network.Head, backend)
        {
            ImageSize = settings.ImageSize,
            Threads = settings.Threads,
            Keep = true,
            BrokenImage = (image, problem) => brokenImage?.Invoke(image.Name, problem),
        };
        return pruned =>
        {
            var (l, c) = loss.Measure(pruned, (_, _) => { }, cancellation);
            return l + c;
        };
    }

    private static bool IsWithin(FilterMask mask, FilterMask other) =>
        mask.Pruned.All(layer => layer.Value.All(filter => other.Pruned.GetValueOrDefault(layer.Key, []).BinarySearch(filter) >= 0));
}
