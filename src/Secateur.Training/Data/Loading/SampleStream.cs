using System.Collections.Concurrent;
using System.Collections.Immutable;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>
/// Batch after batch of samples of any kind, without end, made ahead on background threads: their order, and what takes the place of images that
/// give none. <see cref="SampleLoader"/> says what is promised.
/// </summary>
/// <typeparam name="T">A sample.</typeparam>
internal sealed class SampleStream<T> : IDisposable
    where T : class
{
    private const int MostReplacements = 1000;

    private readonly SampleLoaderOptions _options;
    private readonly ImmutableArray<LabelledImage> _images;
    private readonly Func<LabelledImage, SeededRandom, T?> _make;
    private readonly OrderedPrefetch<T> _samples;
    private readonly ConcurrentDictionary<string, bool> _broken = [];
    private readonly int _own;
    private Order _order;
    private long _step;

    /// <summary>Starts loading.</summary>
    /// <param name="dataset">The images; those labelled as without faces are passed over.</param>
    /// <param name="options">Seed, sizes, start.</param>
    /// <param name="make">Makes a sample of an image; null where none of its faces is left. Called from several threads at once.</param>
    /// <exception cref="InvalidFileException">None of the images has a face.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SampleStream(FaceDataset dataset, SampleLoaderOptions options, Func<LabelledImage, SeededRandom, T?> make)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ImageSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Step);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Batch % options.Parts, 0);
        _images = dataset.Learnable;
        if (_images.IsEmpty) throw new InvalidFileException(dataset.Root, $"none of the {dataset.Images.Length} {dataset.Split.PartName()} images has a face to learn from");
        StepsPerEpoch = SampleLoader.CountSteps(_images.Length, options.Batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Step, StepsPerEpoch);
        (_options, _make, _own) = (options, make, options.Batch / options.Parts);
        _step = ((long)options.Epoch * StepsPerEpoch) + options.Step;
        _order = new Order(options.Seed, options.Epoch, _images.Length);
        _samples = new OrderedPrefetch<T>(Make, _step * _own, long.MaxValue, 2 * _own, options.Threads);
    }

    /// <summary>Batches an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>How long <see cref="Next"/> has waited for samples, in all.</summary>
    public TimeSpan Waited => _samples.Waited;

    /// <summary>The next batch, and where it belongs.</summary>
    /// <param name="cancellation">Ends the waiting; the stream is of no use afterwards.</param>
    /// <exception cref="InvalidFileException">An image cannot be read and the options are strict, or hardly any image gives a sample.</exception>
    /// <exception cref="IOException">An image cannot be read and the options are strict.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public (int Epoch, int Step, T[] Samples) Next(CancellationToken cancellation)
    {
        var samples = new T[_own];
        for (var i = 0; i < samples.Length; i++) samples[i] = _samples.Take(cancellation);
        var (epoch, step) = Math.DivRem(_step++, StepsPerEpoch);
        return ((int)epoch, (int)step, samples);
    }

    /// <summary>Ends the background threads.</summary>
    public void Dispose() => _samples.Dispose();

    private T Make(long own)
    {
        // The part's samples, counted over all batches, lie apart among those of whole batches.
        var (batch, at) = Math.DivRem(own, (long)_own);
        var number = (batch * _options.Batch) + (_options.Part * _own) + at;
        var (epoch, place) = Math.DivRem(number, (long)StepsPerEpoch * _options.Batch);
        var random = new SeededRandom(_options.Seed, epoch, place);
        var index = OrderOf(epoch).Images[place % _images.Length];
        for (var i = 0; i < MostReplacements; i++, index = random.NextIndex(_images.Length))
        {
            try
            {
                if (_make(_images[index], random) is { } sample) return sample;
            }
            catch (Exception error) when (!_options.Strict && error is IOException or UnauthorizedAccessException)
            {
                if (_broken.TryAdd(_images[index].Path, true)) _options.BrokenImage?.Invoke(_images[index], error.Message);
            }
        }

        throw new InvalidFileException(_images[index].Path, $"and {MostReplacements - 1} other random images give no sample of {_options.ImageSize} x {_options.ImageSize} pixels");
    }

    private Order OrderOf(long epoch)
    {
        // Threads may be in neighbouring epochs for a moment; making an order twice does no harm.
        var order = _order;
        if (order.Epoch != epoch) _order = order = new Order(_options.Seed, epoch, _images.Length);
        return order;
    }

    /// <summary>The images in the order of an epoch.</summary>
    private sealed class Order(long seed, long epoch, int count)
    {
        // A sample number that no sample has.
        private const long OrderItself = -1;

        public long Epoch => epoch;

        public int[] Images { get; } = new SeededRandom(seed, epoch, OrderItself).Permutation(count);
    }
}
