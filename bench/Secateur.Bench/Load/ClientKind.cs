namespace Secateur.Bench.Load;

/// <summary>What a client does.</summary>
internal enum ClientKind
{
    /// <summary>Sends pictures one after another, and waits as it is told to.</summary>
    Good,

    /// <summary>Sends files that end in the middle.</summary>
    Truncated,

    /// <summary>Sends a small file that declares 900 million pixels.</summary>
    Bomb,

    /// <summary>Says that its picture is JSON.</summary>
    WrongType,

    /// <summary>Sends a byte a second.</summary>
    Slow,

    /// <summary>Sends a picture, and leaves.</summary>
    Leaving,
}
