using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Kernels;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>The kernels of training plans on a device; each is compiled when it is first asked for.</summary>
internal sealed class KernelSet(Accelerator accelerator)
{
    public Action<AcceleratorStream, KernelConfig, ArrayView<byte>, ArrayView<float>, MapCall, float, float, float, int> SplitPixels =>
        field ??= accelerator.LoadKernel<ArrayView<byte>, ArrayView<float>, MapCall, float, float, float, int>(PixelKernels.Split);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, MapCall, int, float> Fill =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<int>, MapCall, int, float>(FillKernels.Fill);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, long, int> Clear =>
        field ??= accelerator.LoadKernel<ArrayView<float>, long, int>(FillKernels.Clear);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, int, int, long, long> Pack =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<int>, int, int, long, long>(FillKernels.Pack);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<Four>, ArrayView<ChannelRead>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>> Convolve =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<Four>, ArrayView<ChannelRead>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>>(ConvKernels.Forward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<Four>, ArrayView<ChannelTarget>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>> InputGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<Four>, ArrayView<ChannelTarget>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>>(ConvKernels.InputGradient);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<Four>, ArrayView<ChannelRead>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>> MmaConvolve =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<Four>, ArrayView<ChannelRead>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>>(MmaConvKernels.Forward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<Four>, ArrayView<ChannelTarget>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>> MmaInputGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<Four>, ArrayView<ChannelTarget>, ConvCall, SpecializedValue<int>, SpecializedValue<int>, SpecializedValue<int>>(MmaConvKernels.InputGradient);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, ArrayView<ChannelRead>, WeightCall, SpecializedValue<int>> WeightProducts =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, ArrayView<ChannelRead>, WeightCall, SpecializedValue<int>>(WeightKernels.Products);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, ArrayView<ChannelRead>, WeightCall> DepthwiseProducts =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, ArrayView<ChannelRead>, WeightCall>(WeightKernels.DepthwiseProducts);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, int, int, long> SumChunks =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, int, int, long>(WeightKernels.SumChunks);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, MapCall> ChannelSums =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, MapCall>(WeightKernels.ChannelSums);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, MapCall> TakeMoments =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, MapCall>(NormKernels.TakeMoments);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, NormCall> Norm =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, NormCall>(NormKernels.Norm);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, ArrayView<GradientRead>, MapCall, int, long> TakeViewSums =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, ArrayView<GradientRead>, MapCall, int, long>(NormKernels.TakeViewSums);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, NormCall> NormGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, NormCall>(NormKernels.NormGradient);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, long, int, long> SlopeGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, long, int, long>(NormKernels.SlopeGradient);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<GradientRead>, MapCall, int, int> JoinGradients =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<GradientRead>, MapCall, int, int>(GradientKernels.Join);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, long, long, long> Factors =>
        field ??= accelerator.LoadKernel<ArrayView<float>, long, long, long>(MergeKernels.Factors);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelRead>, MapCall, MergeCall> Merge =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelRead>, MapCall, MergeCall>(MergeKernels.Forward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelTarget>, MapCall, MergeCall> MergeGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelTarget>, MapCall, MergeCall>(MergeKernels.Backward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, ArrayView<ChannelRead>, MapCall, MergeCall> FactorSums =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, ArrayView<ChannelRead>, MapCall, MergeCall>(MergeKernels.FactorSums);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<double>, int, long, long, long, long> FactorGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<double>, int, long, long, long, long>(MergeKernels.FactorGradient);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<ChannelRead>, MapCall, UpsampleCall> Upsample =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<ChannelRead>, MapCall, UpsampleCall>(UpsampleKernels.Forward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<ChannelTarget>, MapCall, UpsampleCall> UpsampleGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<ChannelTarget>, MapCall, UpsampleCall>(UpsampleKernels.Backward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelRead>, MapCall, PoolCall> Pool =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelRead>, MapCall, PoolCall>(PoolKernels.Forward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelRead>, ArrayView<ChannelTarget>, MapCall, PoolCall> PoolGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelRead>, ArrayView<ChannelTarget>, MapCall, PoolCall>(PoolKernels.Backward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelRead>, MapCall, int, int> MaxOut =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelRead>, MapCall, int, int>(MaxOutKernels.Forward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelRead>, ArrayView<ChannelTarget>, MapCall, int, int, int> MaxOutGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelRead>, ArrayView<ChannelTarget>, MapCall, int, int, int>(MaxOutKernels.Backward);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelRead>, MapCall, ResultCall> BringResult =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelRead>, MapCall, ResultCall>(ResultKernels.Bring);

    public Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<ChannelTarget>, MapCall, ResultCall> BringGradient =>
        field ??= accelerator.LoadKernel<ArrayView<float>, ArrayView<ChannelTarget>, MapCall, ResultCall>(ResultKernels.BringGradient);
}
