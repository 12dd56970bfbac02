namespace Secateur.Kernels.Conv2d;

/// <summary>A number of output channels that one call of <see cref="DenseConv"/> computes together; a type, so that the compiler drops the rest.</summary>
internal interface IConvBlock
{
    static abstract int Size { get; }
}

internal readonly struct Block1 : IConvBlock
{
    public static int Size => 1;
}

internal readonly struct Block2 : IConvBlock
{
    public static int Size => 2;
}

internal readonly struct Block3 : IConvBlock
{
    public static int Size => 3;
}

internal readonly struct Block4 : IConvBlock
{
    public static int Size => 4;
}

internal readonly struct Block5 : IConvBlock
{
    public static int Size => 5;
}

internal readonly struct Block6 : IConvBlock
{
    public static int Size => 6;
}

internal readonly struct Block7 : IConvBlock
{
    public static int Size => 7;
}

internal readonly struct Block8 : IConvBlock
{
    public static int Size => 8;
}
