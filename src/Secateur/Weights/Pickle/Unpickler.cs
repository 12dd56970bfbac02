using System.Runtime.InteropServices;
using Secateur.Weights.Files;

using PickleDictionary = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<object?, object?>>;
using PickleList = System.Collections.Generic.List<object?>;

namespace Secateur.Weights.Pickle;

/// <summary>
/// Python's pickle machine, restricted: a stack, marks and a memo. It makes <see langword="null"/>, booleans, <see cref="long"/> or
/// <see cref="System.Numerics.BigInteger"/>, <see cref="double"/>, <see cref="string"/>, byte arrays, tuples (arrays of objects), lists,
/// dictionaries (lists of pairs, duplicates kept) and what <see cref="IPickleObjects"/> gives; nothing in a pickle can run anything else: any
/// other object, sets included, is an inert <see cref="PickleObject"/>, and what is put into it is dropped. It never recurses, so nesting and
/// cycles are harmless.
/// </summary>
internal sealed class Unpickler(PickleCursor cursor, IPickleObjects objects, MemoryBudget budget)
{
    private const int MaxStack = 100_000;
    private const int MaxMarks = 1_000;
    private const int MaxOpcodes = 1_000_000;
    private const int MaxProtocol = 5;

    // Approximate bytes, for the budget.
    private const int ObjectCost = 48;
    private const int ReferenceCost = 16;
    private const int EntryCost = 32;

    private static readonly object[] Booleans = [false, true];
    private static readonly object[] SmallIntegers = [.. Enumerable.Range(0, 256).Select(i => (object)(long)i)];

    private readonly PickleList _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Values above the last mark.</summary>
    private int Available => _stack.Count - (_marks.Count > 0 ? _marks.Peek() : 0);

    /// <summary>Runs one pickle up to its STOP.</summary>
    /// <exception cref="InvalidFileException">It is malformed, needs what is not allowed, or grows too large.</exception>
    public object? Load()
    {
        for (var i = 0; i < MaxOpcodes; i++)
        {
            var opcode = cursor.ReadOpcode();
            if (opcode == PickleOpcode.Stop) return Pop();
            Execute(opcode);
        }
        throw cursor.Invalid($"more than {MaxOpcodes} opcodes");
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(cursor.ReadByte()); break;
            case PickleOpcode.Frame: CheckFrame(cursor.ReadInt64()); break;

            case PickleOpcode.Mark: PushMark(); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.PopMark: PopToMark(); break;

            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.NewTrue: Push(Booleans[1]); break;
            case PickleOpcode.NewFalse: Push(Booleans[0]); break;
            case PickleOpcode.BinInt: PushNew((long)cursor.ReadInt32(), 0); break;
            case PickleOpcode.BinInt1: Push(SmallIntegers[cursor.ReadByte()]); break;
            case PickleOpcode.BinInt2: PushNew((long)cursor.ReadUInt16(), 0); break;
            case PickleOpcode.Long1: PushInteger(cursor.ReadByte()); break;
            case PickleOpcode.Long4: PushInteger(cursor.ReadInt32()); break;
            case PickleOpcode.BinFloat: PushNew(cursor.ReadDouble(), 0); break;

            case PickleOpcode.BinString: PushText(cursor.ReadInt32()); break;
            case PickleOpcode.ShortBinString or PickleOpcode.ShortBinUnicode: PushText(cursor.ReadByte()); break;
            case PickleOpcode.BinUnicode: PushText(cursor.ReadUInt32()); break;
            case PickleOpcode.BinUnicode8: PushText(cursor.ReadInt64()); break;
            case PickleOpcode.ShortBinBytes: PushBytes(cursor.ReadByte()); break;
            case PickleOpcode.BinBytes: PushBytes(cursor.ReadUInt32()); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: PushBytes(cursor.ReadInt64()); break;

            case PickleOpcode.EmptyTuple: Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple: PushTuple(PopToMark()); break;
            case PickleOpcode.Tuple1: PushTuple(PopMany(1)); break;
            case PickleOpcode.Tuple2: PushTuple(PopMany(2)); break;
            case PickleOpcode.Tuple3: PushTuple(PopMany(3)); break;
            case PickleOpcode.EmptyList: PushNew(new PickleList(), 0); break;
            case PickleOpcode.Append: AddItems(PopMany(1)); break;
            case PickleOpcode.Appends: AddItems(PopToMark()); break;
            case PickleOpcode.EmptyDict: PushNew(new PickleDictionary(), 0); break;
            case PickleOpcode.SetItem: SetItems(PopMany(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;
            case PickleOpcode.EmptySet: PushNew(new PickleObject("set"), 0); break;
            case PickleOpcode.AddItems: DropItems(); break;
            case PickleOpcode.FrozenSet: PopToMark(); PushNew(new PickleObject("frozenset"), 0); break;

            case PickleOpcode.BinPut: Memoize(cursor.ReadByte()); break;
            case PickleOpcode.LongBinPut: Memoize(cursor.ReadUInt32()); break;
            case PickleOpcode.Memoize: Memoize((uint)_memo.Count); break;
            case PickleOpcode.BinGet: PushMemo(cursor.ReadByte()); break;
            case PickleOpcode.LongBinGet: PushMemo(cursor.ReadUInt32()); break;

            case PickleOpcode.Global: Push(objects.FindGlobal(cursor.ReadLine(), cursor.ReadLine())); break;
            case PickleOpcode.StackGlobal: PushStackGlobal(); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(PopMany(2)); break;
            case PickleOpcode.NewObjEx: Call(PopMany(3)[..2]); break;
            case PickleOpcode.Build: DropState(); break;
            case PickleOpcode.BinPersId: PushNew(objects.FindPersistent(Pop()), 0); break;

            default: throw cursor.Invalid($"opcode 0x{(byte)opcode:x2} is not one that a checkpoint needs");
        }
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol > MaxProtocol) throw cursor.Invalid($"pickle protocol {protocol}, expected at most {MaxProtocol}");
    }

    private void CheckFrame(long length)
    {
        if (length < 0 || length > cursor.Remaining)
            throw cursor.Invalid($"a frame of {length} bytes, but only {cursor.Remaining} are left");
    }

    private void Push(object? value)
    {
        if (_stack.Count == MaxStack) throw cursor.Invalid($"more than {MaxStack} values on the stack");
        _stack.Add(value);
    }

    private void PushNew(object value, long payload)
    {
        budget.Charge(ObjectCost + payload, "a pickled value");
        Push(value);
    }

    private void PushInteger(long length) => PushNew(cursor.ReadInteger(length), length);

    private void PushText(long length)
    {
        budget.Charge(length * sizeof(char), "a pickled text");
        PushNew(cursor.ReadText(length), 0);
    }

    private void PushBytes(long length) => PushNew(cursor.ReadBytes(length).ToArray(), length);

    private void PushTuple(object?[] items) => PushNew(items, (long)items.Length * ReferenceCost);

    private void PushMark()
    {
        if (_marks.Count == MaxMarks) throw cursor.Invalid($"nested more than {MaxMarks} deep");
        _marks.Push(_stack.Count);
    }

    private object? Pop()
    {
        Require(1);
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        Require(count);
        return PopFrom(_stack.Count - count);
    }

    private void Require(int count)
    {
        if (Available < count) throw cursor.Invalid($"needs {count} values on the stack, found {Available}");
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0) throw cursor.Invalid("no mark on the stack");
        return PopFrom(_marks.Pop());
    }

    private object?[] PopFrom(int start)
    {
        object?[] items = [.. CollectionsMarshal.AsSpan(_stack)[start..]];
        _stack.RemoveRange(start, items.Length);
        return items;
    }

    private T Top<T>(string expected)
        where T : class
    {
        return Available > 0 && _stack[^1] is T top ? top : throw cursor.Invalid($"expected {expected} on the stack");
    }

    private void AddItems(object?[] items)
    {
        if (TopIsClosed()) return;
        budget.Charge((long)items.Length * ReferenceCost, "a pickled list");
        Top<PickleList>("a list").AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0) throw cursor.Invalid("a dictionary key without a value");
        if (TopIsClosed()) return;
        budget.Charge((long)items.Length * ReferenceCost, "a pickled dictionary");
        var dictionary = Top<PickleDictionary>("a dictionary");
        for (var i = 0; i < items.Length; i += 2) dictionary.Add(new(items[i], items[i + 1]));
    }

    private void DropItems()
    {
        PopToMark();
        Top<PickleObject>("a set");
    }

    /// <summary>Whether the top of the stack is an object that takes anything and keeps nothing.</summary>
    private bool TopIsClosed() => Available > 0 && _stack[^1] is PickleObject;

    private void Memoize(uint index)
    {
        if (Available == 0) throw cursor.Invalid("nothing on the stack to remember");
        if (!_memo.ContainsKey(index)) budget.Charge(EntryCost, "a pickle's memo");
        _memo[index] = _stack[^1];
    }

    private void PushMemo(uint index)
    {
        if (!_memo.TryGetValue(index, out var value)) throw cursor.Invalid($"nothing was remembered as {index}");
        Push(value);
    }

    private void PushStackGlobal()
    {
        if (PopMany(2) is not [string module, string name]) throw cursor.Invalid("expected a module and a name on the stack");
        Push(objects.FindGlobal(module, name));
    }

    private void Call(object?[] call)
    {
        var result = call switch
        {
            [PickleFunction function, object?[] arguments] => function(arguments),
            [PickleObject unknown, object?[]] => unknown,
            _ => throw cursor.Invalid("expected a function and its arguments on the stack"),
        };
        PushNew(result, result is PickleDictionary filled ? (long)filled.Count * ReferenceCost : 0);
    }

    /// <summary>BUILD sets attributes, such as the <c>_metadata</c> of a state dictionary; none is needed.</summary>
    private void DropState()
    {
        Pop();
        Top<object>("an object");
    }
}
