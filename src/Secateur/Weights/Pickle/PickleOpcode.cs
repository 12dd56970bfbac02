namespace Secateur.Weights.Pickle;

/// <summary>
/// The pickle opcodes that a checkpoint needs (Python's <c>pickletools</c> describes them all): the binary ones of protocols 2 to 5 that
/// make plain values, containers, persistent references, calls of known functions and objects, which stay closed.
/// </summary>
internal enum PickleOpcode : byte
{
    Proto = 0x80,
    Frame = 0x95,
    Stop = (byte)'.',

    Mark = (byte)'(',
    Pop = (byte)'0',
    PopMark = (byte)'1',

    None = (byte)'N',
    NewTrue = 0x88,
    NewFalse = 0x89,
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    Long1 = 0x8A,
    Long4 = 0x8B,
    BinFloat = (byte)'G',

    BinString = (byte)'T',
    ShortBinString = (byte)'U',
    BinUnicode = (byte)'X',
    ShortBinUnicode = 0x8C,
    BinUnicode8 = 0x8D,
    BinBytes = (byte)'B',
    ShortBinBytes = (byte)'C',
    BinBytes8 = 0x8E,
    ByteArray8 = 0x96,

    EmptyTuple = (byte)')',
    Tuple = (byte)'t',
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    EmptyList = (byte)']',
    Append = (byte)'a',
    Appends = (byte)'e',
    EmptyDict = (byte)'}',
    SetItem = (byte)'s',
    SetItems = (byte)'u',
    EmptySet = 0x8F,
    AddItems = 0x90,
    FrozenSet = 0x91,

    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    BinGet = (byte)'h',
    LongBinGet = (byte)'j',
    Memoize = 0x94,

    Global = (byte)'c',
    StackGlobal = 0x93,
    Reduce = (byte)'R',
    NewObj = 0x81,
    NewObjEx = 0x92,
    Build = (byte)'b',
    BinPersId = (byte)'Q',
}
