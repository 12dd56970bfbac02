using Secateur.Kernels.Activation;
using Secateur.Kernels.Merge;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>Limits values to a range; on its ends the gradient is zero.</summary>
internal sealed unsafe class ClipFunction(float min, float max, int pixels) : PlaneFunction(pixels)
{
    public override void Run(float** inputs, float* output, float* scratch) => PlaneClip.Run(inputs[0], min, max, output, 0, pixels);

    public override void Back(float** inputs, float* gradient, float** results)
    {
        for (var p = 0; p < pixels; p++) results[0][p] = inputs[0][p] > min && inputs[0][p] < max ? gradient[p] : 0;
    }
}

/// <summary>A sigmoid s, whose derivative is s (1 - s).</summary>
internal sealed unsafe class SigmoidFunction(int pixels) : PlaneFunction(pixels)
{
    public override void Run(float** inputs, float* output, float* scratch) => PlaneSigmoid.Run(inputs[0], output, 0, pixels);

    public override void Back(float** inputs, float* gradient, float** results)
    {
        var result = results[0];
        PlaneSigmoid.Run(inputs[0], result, 0, pixels);
        for (var p = 0; p < pixels; p++) result[p] = gradient[p] * result[p] * (1 - result[p]);
    }
}

/// <summary>A product with a plane of the same size, or with one pixel.</summary>
internal sealed unsafe class ProductFunction(int pixels, int factors) : PlaneFunction(pixels, factors)
{
    public override void Run(float** inputs, float* output, float* scratch) => Multiply(inputs[0], inputs[1], output);

    public override void Back(float** inputs, float* gradient, float** results)
    {
        Multiply(gradient, inputs[1], results[0]);
        if (factors == pixels)
        {
            Multiply(gradient, inputs[0], results[1]);
            return;
        }

        var sum = 0.0;
        for (var p = 0; p < pixels; p++) sum += (double)gradient[p] * inputs[0][p];
        *results[1] = (float)sum;
    }

    private void Multiply(float* plane, float* factor, float* output)
    {
        if (factors == pixels) PlaneProduct.Run(plane, factor, output, 0, pixels);
        else PlaneSum.Scale(plane, *factor, output, 0, pixels);
    }
}
