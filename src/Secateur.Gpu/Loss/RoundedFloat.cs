namespace Secateur.Gpu.Loss;

/// <summary>
/// Products and quotients rounded to float32 as the processor rounds them. A GPU's compiler may fuse a float32 product with the sum after it and
/// divide approximately, which would decide between anchors otherwise; in double precision the product is exact, and the quotient of two float32
/// values rounds twice to the same value as once.
/// </summary>
internal static class RoundedFloat
{
    public static float Product(float a, float b) => (float)((double)a * b);

    public static float Quotient(float a, float b) => (float)((double)a / b);
}
