using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Normalization;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>
/// The gradients of a convolution by its input, and each chunk's share of those by its weights and bias: x and dy come into scratch memory once
/// for both.
/// </summary>
internal sealed unsafe class ConvBackwardStep : TrainingStep, ISumsTaker
{
    private readonly ConvTiles _tiles;
    private readonly ConvInput _input;
    private readonly OutputGradient _gradient;
    private readonly ConvTargets _targets;
    private readonly InputGradient _inputGradient;
    private readonly DepthwiseBackward _depthwise;

    public ConvBackwardStep(
        string name, EngineContext context, ConvLayer layer, ConvTiles tiles, ViewSource[] sources, GradientTarget?[] targets, StoredMap output)
        : base(name, context)
    {
        _tiles = tiles;
        _input = new ConvInput(context, tiles, sources);
        _gradient = new OutputGradient(context, tiles, output);
        _targets = new ConvTargets(targets);
        Shares = new WeightShares(context, layer, tiles);
        _inputGradient = new InputGradient(context, layer, tiles, _input, _targets);
        _depthwise = new DepthwiseBackward(context, layer, tiles, _input, _gradient, _targets, Shares);
    }

    /// <summary>What the weights get.</summary>
    public WeightShares Shares { get; }

    public override IEnumerable<PlanBuffer> Buffers => [.. _input.Buffers, .. _gradient.Buffers, .. _targets.Buffers, Shares.Buffer];

    public override long ScratchFloats =>
        _input.RowFloats + AheadFloats + ((long)(_tiles.InputPlanes + _tiles.GroupOutputs + _tiles.ResultPlanes) * _tiles.PlaneStride);

    public bool Completes(ReadView view) => _targets.Complete(view);

    public void Take(ViewSums sums) => _targets.Take(sums);

    protected override int Tasks => _tiles.TasksFor(Context.Batch);

    private int AheadFloats => ReadAhead.RoomFor(Math.Max(_tiles.GroupInputs, _gradient.Pieces));

    protected override void StartChunk(float* memory, int chunk)
    {
        Shares.Clear(memory, chunk);
        _targets.Clear(memory, chunk);
    }

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var here = _tiles.Task(task);
        var room = scratch + _input.RowFloats;
        var inputs = room + AheadFloats;
        var gradients = inputs + ((nint)_tiles.InputPlanes * _tiles.PlaneStride);
        var results = gradients + ((nint)_tiles.GroupOutputs * _tiles.PlaneStride);
        if (_tiles.IsDepthwise && _targets[here.Group] is { Accumulates: false })
        {
            _depthwise.Run(memory, chunk, here, inputs, gradients, results);
            return;
        }

        var rows = _tiles.GradientRows(here.Band);
        _gradient.Load(memory, here.Image, here.Group, rows, gradients);
        gradients += _tiles.Lead;
        _inputGradient.Run(memory, chunk, here, gradients - ((nint)rows.Start * _tiles.Pitch), results, room);

        gradients += (nint)(here.Band.Start - rows.Start) * _tiles.Pitch;
        var input = _input.Load(memory, here.Image, here.Group, here.Band.Start, here.Band.End, inputs, scratch);
        var ahead = _tiles.IsDepthwise || task + 1 == Tasks ? default : _gradient.Announce(memory, _tiles.Task(task + 1), room);
        AddToWeights(memory, chunk, here, input, gradients, ahead);
    }

    private void AddToWeights(float* memory, int chunk, ConvTask task, float* input, float* gradients, ReadAhead ahead)
    {
        var positions = ((task.Band.End - task.Band.Start - 1) * _tiles.Pitch) + _tiles.Output.Width;
        for (var channel = 0; channel < _tiles.GroupOutputs; channel++)
        {
            // The last vector of positions must end in zeros: what lies there is not this band's, or nothing.
            var plane = gradients + ((nint)channel * _tiles.PlaneStride);
            new Span<float>(plane + positions, 16).Clear();
            Shares.AddBias(memory, chunk, (task.Group * _tiles.GroupOutputs) + channel, plane, positions);
        }

        Shares.AddWeights(memory, chunk, task.Group, input, gradients, positions, ahead);
    }
}
