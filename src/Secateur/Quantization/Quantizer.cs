using System.Collections.Frozen;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pixels;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Quantization;

/// <summary>
/// Makes a model that runs in integers, without training: the weights of each filter get a scale of their own, the maps between layers one each, from what
/// they hold for given images.
/// </summary>
public sealed class Quantizer
{
    private readonly Model _form;
    private readonly Dictionary<int, MapQuantization> _maps = [];

    private Quantizer(Model form) => _form = form;

    /// <summary>Looks at what a model's maps hold for some images.</summary>
    /// <param name="model">A model of floats.</param>
    /// <param name="count">How many images.</param>
    /// <param name="read">Reads one of them; each is read twice.</param>
    /// <param name="threads">Threads to run them with.</param>
    /// <param name="progress">Told the images done and in all.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="ArgumentException">The model is quantized already, or there are no images.</exception>
    /// <exception cref="NetworkException">An image is too small or too large for the network.</exception>
    public static Quantizer Calibrate(
        Model model, int count, Func<int, RgbImage> read, int threads = 1, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (model.Quantization is not null) throw new ArgumentException("the model is quantized already", nameof(model));
        var quantizer = new Quantizer(InferenceEngine.FormOf(model));
        var groups = new QuantizationSites(quantizer._form.Network, new HashSet<string>()).Maps.ToList();
        var observers = groups.ToDictionary(group => group, _ => new MapObserver());
        using var session = new InferenceEngine(Showing(quantizer._form, groups.SelectMany(group => group))).CreateSession(threads);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var image = read(i);
                session.Run(image.Pixels, image.Height, image.Width);
                foreach (var (group, observer) in observers)
                {
                    foreach (var node in group)
                    {
                        if (pass == 0) observer.See(session.Result(node));
                        else observer.Count(session.Result(node));
                    }
                }

                progress?.Report(((pass * count) + i + 1, 2 * count));
            }
        }

        foreach (var (group, observer) in observers)
        {
            var chosen = observer.Choose();
            foreach (var node in group) quantizer._maps[node] = chosen;
        }

        return quantizer;
    }

    /// <summary>The layers that can run in integers, in the order of the network.</summary>
    public IReadOnlyList<string> Layers => [.. new QuantizationSites(_form.Network, new HashSet<string>()).Convolutions.Select(conv => conv.Layer).Distinct()];

    /// <summary>The model with all such layers in integers but some.</summary>
    /// <param name="left">The layers that stay in floats.</param>
    public Model Quantize(IReadOnlySet<string> left)
    {
        ArgumentNullException.ThrowIfNull(left);
        var sites = new QuantizationSites(_form.Network, left);
        var (weights, scales) = (_form.Weights.ToDictionary(), new Dictionary<string, float[]>());
        foreach (var name in sites.Convolutions.Select(conv => conv.Weight).Distinct()) (weights[name], scales[name]) = WeightQuantization.Run(weights[name]);
        var maps = sites.Maps.SelectMany(group => group).ToFrozenDictionary(node => _form.Network.Nodes[node].Name, node => _maps[node]);
        return new Model(_form.Network, weights, _form.Info, new ModelQuantization(scales.ToFrozenDictionary(), maps));
    }

    /// <summary>The same model with some nodes as outputs, so that their values are there to be seen.</summary>
    private static Model Showing(Model model, IEnumerable<int> nodes)
    {
        var network = model.Network;
        var shown = nodes.Select(node => new NetworkOutput(network.Nodes[node].Name, node));
        return new Model(new Network(network.Architecture, network.Nodes, network.Parameters, shown, network.Head), model.Weights, model.Info);
    }
}
