using System.Collections.Concurrent;
using Secateur.TestSupport;
using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Tests.Data.Augmentation;
using Xunit;

namespace Secateur.Training.Tests.Data.Loading;

public sealed class SampleLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Samples_depend_neither_on_the_threads_nor_on_where_loading_starts()
    {
        var dataset = SmallDataset.Write(_folder, 10);
        var options = SmallDataset.Options with { Seed = 5, ImageSize = 64, Batch = 3 };
        var all = Load(dataset, options, 7);
        Assert.Equal([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0)], all.Select(b => (b.Epoch, b.Step)));
        Same(all, Load(dataset, options with { Threads = 4 }, 7));
        Same(all[4..], Load(dataset, options with { Threads = 2, Epoch = 1, Step = 1 }, 3));
        Assert.NotEqual(all[0].Samples[0].Image.Pixels, Load(dataset, options with { Seed = 6 }, 1)[0].Samples[0].Image.Pixels);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Parts_of_a_batch_are_those_of_the_whole(int parts)
    {
        // So few images that they repeat, of which one cannot be read and is replaced.
        var dataset = SmallDataset.Write(_folder, 15);
        File.WriteAllText(dataset.Images[3].Path, "");
        var options = SmallDataset.Options with { Seed = 5, ImageSize = 64, Batch = 6, Epoch = 1, Step = 1 };
        var loaded = Enumerable.Range(0, parts).Select(part => Load(dataset, options with { Parts = parts, Part = part, Threads = 2 }, 4)).ToArray();
        var joined = loaded[0].Select((first, step) => first with { Samples = [.. loaded.SelectMany(part => part[step].Samples)] });
        Same(Load(dataset, options, 4), [.. joined]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleLoader(dataset, options with { Parts = 4 }));
    }

    [Fact]
    public void An_epoch_has_every_image_at_most_once_in_an_order_of_its_own()
    {
        var dataset = SmallDataset.Write(_folder, 12);
        var batches = Load(dataset, SmallDataset.Options with { ImageSize = 32, Batch = 4 }, 6);
        var epochs = batches.Chunk(3).Select(e => e.SelectMany(b => b.Samples.Select(s => s.Name)).ToArray()).ToArray();
        Assert.All(epochs, epoch => Assert.Equal(12, epoch.Distinct().Count()));
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_repeated_with_other_augmentations()
    {
        var batch = Load(SmallDataset.Write(_folder, 2), SmallDataset.Options with { ImageSize = 48, Batch = 5 }, 2)[1];
        Assert.Equal((1, 0), (batch.Epoch, batch.Step));
        Assert.Equal(2, batch.Samples.Select(s => s.Name).Distinct().Count());
        Assert.Equal(5, batch.Samples.Select(s => Convert.ToHexString(s.Image.Pixels)).Distinct().Count());
    }

    [Fact]
    public void Images_that_leave_no_face_are_replaced()
    {
        // Anchor sampling enlarges the tiny face, but a square crop leaves it below six pixels.
        var tiny = SmallDataset.WriteImage(_folder, "tiny.png", 300, 300, new LabelledFace(100, 100, 103, 103));
        var reader = new SampleReader(SmallDataset.Head, 64);
        Assert.Contains(Enumerable.Range(0, 20), k => reader.Augmented(tiny, new SeededRandom(1, 0, k)) is null);
        var empty = SmallDataset.WriteImage(_folder, "empty.png", 50, 50);
        var dataset = SmallDataset.Of(_folder, [tiny, empty, .. SmallDataset.Write(_folder, 2).Images]);
        var samples = Load(dataset, SmallDataset.Options with { ImageSize = 64, Batch = 8, Threads = 2 }, 5).SelectMany(b => b.Samples).ToList();
        Assert.All(samples, sample => Assert.NotEmpty(sample.Faces));
        Assert.DoesNotContain(samples, sample => sample.Name == "empty.png");
        Assert.Contains(samples, sample => sample.Name == "tiny.png");
        var error = Assert.Throws<InvalidFileException>(() => new SampleLoader(SmallDataset.Of(_folder, [empty]), SmallDataset.Options));
        Assert.Contains("has a face", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_image_is_told_once_and_replaced_or_strictly_an_error()
    {
        var dataset = SmallDataset.Write(_folder, 4);
        File.WriteAllText(dataset.Images[2].Path, "no picture");
        var told = new List<string>();
        var options = SmallDataset.Options with { ImageSize = 32, Batch = 4, Threads = 2, BrokenImage = (image, problem) => { lock (told) told.Add($"{image.Name}: {problem}"); } };
        var batches = Load(dataset, options, 4);
        Assert.All(batches.SelectMany(b => b.Samples), sample => Assert.NotEqual("2.png", sample.Name));
        Assert.StartsWith("2.png: ", Assert.Single(told), StringComparison.Ordinal);
        Same(batches, Load(dataset, options with { Threads = 1, BrokenImage = null }, 4));

        using var strict = new SampleLoader(dataset, options with { Strict = true });
        Assert.Contains("2.png", Assert.Throws<InvalidFileException>(() => strict.Next()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_another_size_than_the_labels_are_for_is_broken()
    {
        var image = SmallDataset.WriteImage(_folder, "a.png", 50, 40, new LabelledFace(10, 10, 30, 30));
        Assert.Contains("has changed", Assert.Throws<InvalidFileException>(() => new SampleReader(SmallDataset.Head, 32).Whole(image with { Width = 60 })).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(700)]
    [InlineData(350)]
    [InlineData(160)]
    public void Boxes_follow_the_pixels_through_reduced_decoding(int side)
    {
        var image = SmallDataset.WriteImage(_folder, "large.jpg", 1501, 1203, new LabelledFace(300, 200, 1100, 1000));
        var whole = new SampleReader(SmallDataset.Head, side).Whole(image);
        ResamplerTests.AgreesWithBright(ImageRegion.Whole(whole.Image), Assert.Single(whole.Faces), 1);
    }

    [Fact]
    public void Waiting_ends_when_cancelled()
    {
        using var gate = new ManualResetEventSlim();
        using var begun = new CountdownEvent(2);
        using var items = new OrderedPrefetch<long>(i => { if (!gate.IsSet) begun.Signal(); gate.Wait(); return i; }, 3, 10, 2, 2);
        begun.Wait();
        using var cancellation = new CancellationTokenSource();
        Exception? error = null;
        var taker = new Thread(() => error = Record.Exception(() => items.Take(cancellation.Token)));
        taker.Start();
        HangGuard.UntilAllRest([taker]);
        cancellation.Cancel();
        taker.Join();
        Assert.IsType<OperationCanceledException>(error);
        Assert.True(items.Waited > TimeSpan.Zero);
        gate.Set();
        Assert.Equal([3L, 4, 5, 6, 7, 8, 9], Enumerable.Range(0, 7).Select(_ => items.Take(default)));
    }

    [Fact]
    public void No_more_is_made_ahead_than_allowed()
    {
        var (made, taken) = (0, 0);
        var tooEarly = new ConcurrentQueue<long>();
        var threads = new Thread[3];
        using var all = new Barrier(threads.Length);
        using (var items = new OrderedPrefetch<long>(Make, 0, long.MaxValue, 4, threads.Length))
        {
            for (var i = 0; i < 10; i++)
            {
                Volatile.Write(ref taken, i + 1);
                Assert.Equal(i, items.Take(default));
            }

            HangGuard.Until(() => Volatile.Read(ref made) >= 14);
            HangGuard.UntilAllRest(threads);
            Assert.Equal(14, Volatile.Read(ref made));
        }

        Assert.Empty(tooEarly);

        long Make(long i)
        {
            if (i >= Volatile.Read(ref taken) + 4) tooEarly.Enqueue(i);
            if (i < threads.Length)
            {
                // Each thread makes one of the first items, so that all of them are known.
                threads[i] = Thread.CurrentThread;
                all.SignalAndWait();
            }

            Interlocked.Increment(ref made);
            return i;
        }
    }

    [Fact]
    public void Validation_samples_are_whole_images_in_order()
    {
        var dataset = SmallDataset.Write(_folder, 7);
        File.WriteAllText(dataset.Images[3].Path, "");
        var told = new List<string>();
        var batches = new ValidationSamples(dataset, SmallDataset.Head, 100) { BrokenImage = (image, _) => told.Add(image.Name) }.Batches(4, threads: 1).ToList();
        Assert.Equal(["0.png", "1.png", "2.png", "4.png", "5.png", "6.png"], batches.SelectMany(b => b.Select(s => s.Name)));
        Assert.Equal([4, 2], batches.Select(b => b.Length));
        Assert.Equal(["3.png"], told);
        // 80 x 60 pixels in a square of 80: 10 rows of padding above.
        Assert.Equal([new FaceBox(10 / 80f, 22 / 80f, 34 / 80f, 50 / 80f)], batches[0][0].Faces.AsEnumerable());
        Assert.Equal([123, 117, 104], batches[0][0].Image.Pixels[..3]);
        Assert.Throws<InvalidFileException>(() => new ValidationSamples(dataset, SmallDataset.Head, 100) { Strict = true }.Batches(4, 2).ToList());
    }

    private static SampleBatch[] Load(FaceDataset dataset, SampleLoaderOptions options, int batches)
    {
        using var loader = new SampleLoader(dataset, options);
        return [.. Enumerable.Range(0, batches).Select(_ => loader.Next())];
    }

    private static void Same(SampleBatch[] expected, SampleBatch[] actual)
    {
        Assert.Equal(expected.Select(b => (b.Epoch, b.Step)), actual.Select(b => (b.Epoch, b.Step)));
        foreach (var (a, b) in expected.SelectMany(e => e.Samples).Zip(actual.SelectMany(e => e.Samples)))
        {
            Assert.Equal(a.Name, b.Name);
            Assert.Equal(a.Faces.AsEnumerable(), b.Faces);
            Assert.Equal(a.Image.Pixels, b.Image.Pixels);
        }
    }
}
