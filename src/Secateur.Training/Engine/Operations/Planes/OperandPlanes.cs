using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>A plane of each operand in scratch memory.</summary>
internal sealed unsafe class OperandPlanes(EngineContext context, PlaneFunction function, ViewSource[][] operands)
{
    // Kernels write whole vectors.
    private const int Slack = 64;

    /// <summary>Floats that all of them take.</summary>
    public long Floats { get; } = function.From.Sum(pixels => (long)pixels + Slack);

    /// <summary>Finds a place for each.</summary>
    public void Place(float* scratch, float** planes)
    {
        for (var i = 0; i < operands.Length; i++)
        {
            planes[i] = scratch;
            scratch += function.From[i] + Slack;
        }
    }

    /// <summary>Brings the values of a channel of an image there.</summary>
    public void Load(float* memory, int image, int channel, float** planes)
    {
        for (var i = 0; i < operands.Length; i++)
        {
            var source = operands[i][channel];
            var view = source.View.Coefficients(memory, context.Parameters.Values, source.Channel);
            Pointwise.Apply(context.Level, source.Plane(memory, image), planes[i], PlaneRows.Line(function.From[i]), view);
        }
    }
}
