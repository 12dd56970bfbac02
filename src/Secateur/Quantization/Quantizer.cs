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
    private static readonly HashSet<string> None = [];

    private readonly Model _form;
    private readonly int _count;
    private readonly Func<int, RgbImage> _read;
    private readonly int _threads;
    private readonly Dictionary<int, MapQuantization> _maps = [];

    private Quantizer(Model form, int count, Func<int, RgbImage> read, int threads) => (_form, _count, _read, _threads) = (form, count, read, threads);

    /// <summary>Looks at what a model's maps hold for some images.</summary>
    /// <param name="model">A model of floats.</param>
    /// <param name="count">How many images.</param>
    /// <param name="read">Reads one of them; each is read three times, and again for <see cref="MeasureSensitivity"/>.</param>
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
        const int Passes = 3;
        var form = InferenceEngine.FormOf(model);
        var equalization = new Equalization(form.Network);
        var largest = equalization.Nodes.ToDictionary(node => node, node => new float[form.Network.ChannelsOf(node)]);
        Watch(form, largest.Keys, 0, session =>
        {
            foreach (var (node, channels) in largest) ResultMaps.Largest(session.Result(node), channels);
        });
        var quantizer = new Quantizer(equalization.Run(form, largest), count, read, threads);
        var sites = quantizer.SitesBut(None);
        var groups = sites.Maps.Concat(sites.Concatenations.Select(concat => new[] { concat })).ToList();
        var observers = groups.ToDictionary(group => group, _ => new MapObserver());
        Watch(quantizer._form, groups.SelectMany(group => group), 1, session => ForAll((observer, node) => observer.See(session.Result(node))));
        Watch(quantizer._form, groups.SelectMany(group => group), 2, session => ForAll((observer, node) => observer.Count(session.Result(node))));
        foreach (var (group, observer) in observers)
        {
            var chosen = observer.Choose();
            foreach (var node in group) quantizer._maps[node] = chosen;
        }

        return quantizer;

        void Watch(Model watched, IEnumerable<int> nodes, int pass, Action<InferenceSession> see)
        {
            using var session = InferenceEngine.OfForm(Showing(watched, nodes)).CreateSession(threads);
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var image = read(i);
                session.Run(image.Pixels, image.Height, image.Width);
                see(session);
                progress?.Report(((pass * count) + i + 1, Passes * count));
            }
        }

        void ForAll(Action<MapObserver, int> see)
        {
            foreach (var (group, observer) in observers)
            {
                foreach (var node in group) see(observer, node);
            }
        }
    }

    /// <summary>The layers that can run in integers, in the order of the network.</summary>
    public IReadOnlyList<string> Layers => LayersOf(_form.Network);

    /// <summary>The layers of a model that could run in integers: those that <see cref="Layers"/> will be, without looking at an image.</summary>
    /// <param name="model">A model of floats.</param>
    public static IReadOnlyList<string> LayersOf(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return LayersOf(InferenceEngine.FormOf(model).Network);
    }

    /// <summary>The model with all such layers in integers but some.</summary>
    /// <param name="left">The layers that stay in floats.</param>
    public Model Quantize(IReadOnlySet<string> left)
    {
        ArgumentNullException.ThrowIfNull(left);
        var sites = SitesBut(left);
        var (weights, scales) = (_form.Weights.ToDictionary(), new Dictionary<string, float[]>());
        foreach (var name in sites.Convolutions.Select(conv => conv.Weight).Distinct()) (weights[name], scales[name]) = WeightQuantization.Run(weights[name]);
        var maps = sites.Maps.SelectMany(group => group).ToFrozenDictionary(node => _form.Network.Nodes[node].Name, node => _maps[node]);
        return new Model(_form.Network, weights, _form.Info, new ModelQuantization(scales.ToFrozenDictionary(), maps));
    }

    /// <summary>Measures, for one layer after another, how much the network's results change when that layer alone runs in integers.</summary>
    /// <param name="images">How many of the images it is measured on, at most.</param>
    /// <param name="progress">Told the layers done and in all.</param>
    /// <param name="cancellation">Stops between layers.</param>
    /// <returns>The layers, the most sensitive first.</returns>
    public IReadOnlyList<LayerSensitivity> MeasureSensitivity(int images = 8, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        images = Math.Min(images, _count);
        var chosen = Arrays.Of(images, i => _read((int)((long)i * _count / images)));
        var expected = ResultsOf(_form, chosen);
        var measured = new List<LayerSensitivity>();
        var layers = Layers;
        foreach (var layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            var results = ResultsOf(Quantize(layers.Where(other => other != layer).ToHashSet()), chosen);
            measured.Add(new LayerSensitivity(layer, expected.Zip(results, ResultMaps.Difference).Average()));
            progress?.Report((measured.Count, layers.Count));
        }

        return [.. measured.OrderByDescending(m => m.Error)];
    }

    private static string[] LayersOf(Network form) => [.. new QuantizationSites(form, None).Convolutions.Select(conv => conv.Layer).Distinct()];

    private QuantizationSites SitesBut(IReadOnlySet<string> left) => new(_form.Network, left);

    /// <summary>What a model gives for images: of each, every result's values.</summary>
    private List<float[]> ResultsOf(Model model, RgbImage[] images)
    {
        using var session = InferenceEngine.OfForm(model).CreateSession(_threads);
        var results = new List<float[]>();
        foreach (var image in images)
        {
            session.Run(image.Pixels, image.Height, image.Width);
            results.AddRange(model.Network.Results.Distinct().Select(node => ResultMaps.ValuesOf(session.Result(node))));
        }

        return results;
    }

    /// <summary>The same model with some nodes as outputs, so that their values are there to be seen.</summary>
    private static Model Showing(Model model, IEnumerable<int> nodes)
    {
        var network = model.Network;
        var shown = nodes.Select(node => new NetworkOutput(network.Nodes[node].Name, node)).ToList();
        return shown.Count == 0 ? model : new Model(new Network(network.Architecture, network.Nodes, network.Parameters, shown, network.Head), model.Weights, model.Info);
    }
}
