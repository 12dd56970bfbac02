using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>
/// Both gradients of a 3x3 convolution of one channel, where nobody else adds to dx: that is such a convolution too, with the weights in reverse. A
/// strip of rows after another is loaded and stays in the cache for everything that is done with it. Meanwhile the next one is fetched.
/// </summary>
internal sealed unsafe class DepthwiseBackward(
    EngineContext context, ConvLayer layer, ConvTiles tiles, ConvInput input, OutputGradient gradient, ConvTargets targets, WeightShares shares)
{
    /// <summary>Does a task.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="task">The task; its group is the channel.</param>
    /// <param name="x">A scratch plane for x.</param>
    /// <param name="dy">One for dy.</param>
    /// <param name="dx">One for dx.</param>
    public void Run(float* memory, int chunk, ConvTask task, float* x, float* dy, float* dx)
    {
        var (image, channel, band) = task;
        var target = targets[channel]!.Value;
        var (taps, width, pitch, loaded, done) = (layer.Taps, tiles.Input.Width, tiles.Pitch, band.Start - 1, 0);
        new Span<float>(x, tiles.Lead).Clear();
        new Span<float>(dy, tiles.Lead).Clear();
        x += tiles.Lead;
        dy += tiles.Lead;
        var reversed = stackalloc float[taps];
        for (var k = 0; k < taps; k++) reversed[taps - 1 - k] = layer.Backward[0][(channel * taps) + k];
        var call = new DepthwiseRowsCall
        {
            Input = dy - 1,
            InputPitch = pitch,
            Weights = reversed,
            Output = dx,
            OutputPitch = width,
            Columns = width,
        };
        for (var y = band.Start; y < band.End; y += call.Rows)
        {
            call.Rows = tiles.DepthwiseStrip(band.End - y);
            var end = y + call.Rows + 1;
            var at = (nint)(loaded + 1 - band.Start) * pitch;
            gradient.LoadRows(memory, image, channel, loaded, end, dy + at);
            call.Ahead = input.LoadRows(memory, image, channel, loaded, end, x + at);
            loaded = end;
            DepthwiseRows.Run(context.Level, in call);
            var count = call.Rows * width;
            targets.SumsOf(channel)?.Add(memory, chunk, image, target.Channel, y * width, count, dx);
            target.View.Map.Store(dx, target.Plane(memory, image) + ((nint)y * width), count);
            call.Input += (nint)call.Rows * pitch;

            // Whole vectors of positions, which are of this strip; after the last one come zeros.
            shares.AddBias(memory, chunk, channel, dy + ((nint)(y + 1 - band.Start) * pitch), call.Rows * pitch);
            var last = y + call.Rows == band.End;
            var there = (y + call.Rows - band.Start) * pitch;
            if (last) new Span<float>(dy + pitch + there, 16).Clear();
            else there -= there % 16;
            shares.AddWeights(memory, chunk, channel, x + pitch + done, dy + pitch + done, there - done, default);
            done = there;
        }
    }
}
