using Secateur.Kernels.Activation;
using Secateur.Kernels.MaxOut;
using Secateur.Kernels.Merge;
using Secateur.Reference;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>The kernels that go position by position, against their definitions: lengths around the vector widths, nothing written beside.</summary>
public unsafe class PlaneKernelTests
{
    private const int Size = 160;
    private const float Untouched = -12345;

    public static TheoryData<int, int> Ranges
    {
        get
        {
            var data = new TheoryData<int, int>();
            int[] lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65];
            foreach (var length in lengths) data.Add(length % 5, (length % 5) + length);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Activation(int start, int end)
    {
        var x = Draw(1);
        foreach (var slope in new[] { 0f, 0.25f, 1f, -0.5f })
        {
            var y = Run(output => { fixed (float* p = x) PlaneActivation.Run(p, slope, output, start, end); });
            AssertEqual(start, end, y, i => ActivationReference.Apply(x[i], slope));
        }
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Clip_and_sigmoid(int start, int end)
    {
        var x = Draw(4);
        foreach (var (min, max) in new[] { (0f, 1f), (-0.5f, float.PositiveInfinity), (float.NegativeInfinity, 0.25f) })
        {
            var y = Run(output => { fixed (float* p = x) PlaneClip.Run(p, min, max, output, start, end); });
            AssertEqual(start, end, y, i => Math.Clamp(x[i], min, max));
        }

        var s = Run(output => { fixed (float* p = x) PlaneSigmoid.Run(p, output, start, end); });
        AssertEqual(start, end, s, i => ActivationReference.Sigmoid(x[i]));
    }

    [Fact]
    public void A_sigmoid_is_exact_to_2e_7_everywhere()
    {
        float[] x = [.. Enumerable.Range(-4096, 8193).Select(i => i / 32f), float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e-20f, 104.5f];
        var y = new float[x.Length];
        fixed (float* from = x, to = y) PlaneSigmoid.Run(from, to, 0, x.Length);
        for (var i = 0; i < x.Length; i++) Assert.Equal(ActivationReference.Sigmoid(x[i]), y[i], 2e-7);
        float[] none = [.. Enumerable.Repeat(float.NaN, 16)];
        fixed (float* p = none) PlaneSigmoid.Run(p, p, 0, none.Length);
        Assert.All(none, value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Product(int start, int end)
    {
        var (a, b) = (Draw(5), Draw(6));
        var y = Run(output => { fixed (float* p = a, q = b) PlaneProduct.Run(p, q, output, start, end); });
        AssertEqual(start, end, y, i => (double)a[i] * b[i]);
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Scale_and_combine(int start, int end)
    {
        var (a, b) = (Draw(2), Draw(3));
        var scaled = Run(output => { fixed (float* p = a) PlaneSum.Scale(p, 0.75f, output, start, end); });
        AssertEqual(start, end, scaled, i => 0.75 * a[i]);
        var sum = Run(output => { fixed (float* p = a, q = b) PlaneSum.Combine(p, 0.75f, q, -2f, output, start, end); });
        AssertEqual(start, end, sum, i => (0.75 * a[i]) - (2.0 * b[i]));
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Max_out(int start, int end)
    {
        for (var count = 1; count <= 4; count++)
        {
            var planes = Enumerable.Range(0, count).Select(c => Draw(10 + c)).ToArray();
            float[] joined = [.. planes.SelectMany(p => p)];
            var y = Run(output => { fixed (float* p = joined) PlaneMaxOut.Run(p, [.. Enumerable.Range(0, planes.Length).Select(c => (nint)(c * Size))], output, start, end); });

            // The definition's last channel is the face; any will do here.
            var volume = new Volume(count + 1, 1, Size);
            for (var i = 0; i < joined.Length; i++) volume.Data[i] = joined[i];
            var expected = MaxOutReference.Run(volume);
            AssertEqual(start, end, y, i => expected[0, 0, i]);
        }
    }

    private delegate void Kernel(float* output);

    private static float[] Run(Kernel kernel)
    {
        var result = new float[Size];
        Array.Fill(result, Untouched);
        fixed (float* output = result) kernel(output);
        return result;
    }

    private static float[] Draw(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Size).Select(i => i % 7 == 0 ? 0 : RandomWeights.Normal(random))];
    }

    private static void AssertEqual(int start, int end, float[] actual, Func<int, double> expected)
    {
        for (var i = 0; i < Size; i++) Assert.Equal(i >= start && i < end ? expected(i) : Untouched, actual[i], 1e-5);
    }
}
