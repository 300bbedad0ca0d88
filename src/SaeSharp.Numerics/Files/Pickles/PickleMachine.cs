using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>Reads one pickle into data. It runs nothing: a global is a name, allowed or not, and what "calling" an allowed one means is written in <see cref="TorchGlobals"/>.</summary>
/// <remarks>
/// Opcodes and globals are allow-lists. Protocols 2 to 5. Everything made is charged to the file before it is made; nothing recurses; the memo is a map.
/// Where Python is lax we are strict: bytes after STOP, values left on the stack, a key given twice.
/// </remarks>
internal sealed class PickleMachine
{
    private const int MaxMarks = 1_000, MaxName = 200, MaxLongBytes = 1_024;
    private const int ScalarMemory = 96, ContainerMemory = 320, ReferenceMemory = 48;

    /// <summary>What a key and its value in a dict may cost.</summary>
    public const int PairMemory = 160;

    private readonly OpenedFile _file;
    private readonly string _part;
    private readonly TorchGlobals _globals;
    private readonly List<PickleValue> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, PickleValue> _memo = [];

    private PickleMachine(OpenedFile file, string part, TorchGlobals globals) => (_file, _part, _globals) = (file, part, globals);

    /// <summary>Reads the pickle that begins at the cursor and leaves the cursor behind its STOP.</summary>
    public static PickleValue Read(OpenedFile file, string part, ref ByteCursor cursor, TorchGlobals globals)
    {
        var machine = new PickleMachine(file, part, globals);
        var start = cursor.At;
        try
        {
            if (cursor.Left == 0) throw cursor.Error("it is empty, expected a pickle");
            while (machine.Step(ref cursor)) { }
            if (machine._stack.Count != 1 || machine._marks.Count != 0) throw cursor.Error($"it stops with {machine._stack.Count} values and {machine._marks.Count} marks, expected one value");
        }
        catch (PickleFault fault)
        {
            throw cursor.Error(fault.Message);
        }
        PickleTree.RequireData(file, part, machine._stack[0], cursor.At - start);
        return machine._stack[0];
    }

    private bool Step(ref ByteCursor cursor)
    {
        var code = cursor.Byte("an opcode");
        switch ((PickleOpcode)code)
        {
            case PickleOpcode.Stop: return false;
            case PickleOpcode.Proto:
                if (cursor.Byte("the protocol") is var protocol and not (>= 2 and <= 5)) throw cursor.Error($"its protocol is {protocol}, expected 2 to 5");
                break;
            case PickleOpcode.Frame:
                var frame = cursor.UInt64("the frame");
                if (frame > (ulong)cursor.Left) throw cursor.Error($"a frame is said to have {frame} bytes, but {cursor.Left} are left");
                break;
            case PickleOpcode.Mark: Mark(); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.None: Push(PickleValue.Null.Value, ReferenceMemory); break;
            case PickleOpcode.NewTrue: Push(PickleValue.Boolean.True, ReferenceMemory); break;
            case PickleOpcode.NewFalse: Push(PickleValue.Boolean.False, ReferenceMemory); break;
            case PickleOpcode.BinInt: PushInteger(cursor.Int32("BININT")); break;
            case PickleOpcode.BinInt1: PushInteger(cursor.Byte("BININT1")); break;
            case PickleOpcode.BinInt2: PushInteger(cursor.UInt16("BININT2")); break;
            case PickleOpcode.Long1: PushLong(cursor.Take(cursor.Byte("LONG1"), "LONG1")); break;
            case PickleOpcode.Long4: PushLong(cursor.Take(cursor.Int32("LONG4"), "LONG4")); break;
            case PickleOpcode.BinFloat: Push(new PickleValue.Number(BinaryPrimitives.ReadDoubleBigEndian(cursor.Take(8, "BINFLOAT"))), ScalarMemory); break;
            case PickleOpcode.BinUnicode: PushText(cursor.Take(cursor.UInt32("BINUNICODE"), "BINUNICODE")); break;
            case PickleOpcode.ShortBinUnicode: PushText(cursor.Take(cursor.Byte("SHORT_BINUNICODE"), "SHORT_BINUNICODE")); break;
            case PickleOpcode.BinUnicode8: PushText(cursor.Take(cursor.Length("BINUNICODE8"), "BINUNICODE8")); break;
            case PickleOpcode.BinBytes: PushBytes(cursor.Take(cursor.UInt32("BINBYTES"), "BINBYTES")); break;
            case PickleOpcode.ShortBinBytes: PushBytes(cursor.Take(cursor.Byte("SHORT_BINBYTES"), "SHORT_BINBYTES")); break;
            case PickleOpcode.BinBytes8: PushBytes(cursor.Take(cursor.Length("BINBYTES8"), "BINBYTES8")); break;
            case PickleOpcode.EmptyTuple: Push(PickleValue.Tuple.Empty, ReferenceMemory); break;
            case PickleOpcode.Tuple1: PushTuple(PopMany(1)); break;
            case PickleOpcode.Tuple2: PushTuple(PopMany(2)); break;
            case PickleOpcode.Tuple3: PushTuple(PopMany(3)); break;
            case PickleOpcode.Tuple: PushTuple(PopToMark()); break;
            case PickleOpcode.EmptyList: Push(new PickleValue.List(), ContainerMemory); break;
            case PickleOpcode.EmptyDict: Push(new PickleValue.Dictionary(), ContainerMemory); break;
            case PickleOpcode.List: PushFilled(PopToMark(), new PickleValue.List()); break;
            case PickleOpcode.Dict: PushFilled(PopToMark(), new PickleValue.Dictionary()); break;
            case PickleOpcode.Append: Extend([Pop()]); break;
            case PickleOpcode.Appends: Extend(PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(PopMany(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;
            case PickleOpcode.BinPut: Put(cursor.Byte("BINPUT"), cursor.At); break;
            case PickleOpcode.LongBinPut: Put(cursor.UInt32("LONG_BINPUT"), cursor.At); break;
            case PickleOpcode.Memoize: Put((uint)_memo.Count, cursor.At); break;
            case PickleOpcode.BinGet: Get(cursor.Byte("BINGET")); break;
            case PickleOpcode.LongBinGet: Get(cursor.UInt32("LONG_BINGET")); break;
            case PickleOpcode.Global: PushGlobal(Name(cursor.Line(MaxName, "a module's name")), Name(cursor.Line(MaxName, "a global's name"))); break;
            case PickleOpcode.StackGlobal:
                var names = PopMany(2);
                PushGlobal(names[0] is PickleValue.Text module ? module.Value : throw Fault("STACK_GLOBAL of something that is no name"), names[1] is PickleValue.Text name ? name.Value : throw Fault("STACK_GLOBAL of something that is no name"));
                break;
            case PickleOpcode.Reduce: Reduce(); break;
            case PickleOpcode.Build: Build(); break;
            case PickleOpcode.BinPersId: Push(_globals.Persistent(Pop()), ScalarMemory); break;
            default:
                throw Fault(Enum.IsDefined((PickleOpcode)code) ? $"its opcode {((PickleOpcode)code).ToString().ToUpperInvariant()} is not on the list of those that make data" : $"0x{code:X2} is no opcode of a pickle");
        }
        return true;
    }

    private void Push(PickleValue value, long memory)
    {
        _file.Charge(memory, _part);
        _stack.Add(value);
    }

    private void PushInteger(int value) => Push(PickleValue.Integer.Of(value), (uint)value < 256 ? ReferenceMemory : ScalarMemory);

    private void PushLong(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLongBytes) throw Fault($"a whole number has {bytes.Length} bytes, expected at most {MaxLongBytes}");
        Push(new PickleValue.Integer(new BigInteger(bytes)), ScalarMemory + bytes.Length);
    }

    private void PushText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw Fault("a string is not UTF-8");
        _file.Charge(2L * utf8.Length, _part);
        Push(new PickleValue.Text(Encoding.UTF8.GetString(utf8)), ScalarMemory);
    }

    private void PushBytes(ReadOnlySpan<byte> bytes)
    {
        _file.Charge(bytes.Length, _part);
        Push(new PickleValue.Bytes(bytes.ToArray()), ScalarMemory);
    }

    private void PushTuple(PickleValue[] items) => Push(items.Length == 0 ? PickleValue.Tuple.Empty : new PickleValue.Tuple(items), ContainerMemory);

    private void PushFilled(PickleValue[] items, PickleValue container)
    {
        Push(container, ContainerMemory);
        if (container is PickleValue.List) Extend(items);
        else SetItems(items);
    }

    private void PushGlobal(string module, string name)
    {
        var global = $"{module}.{name}";
        if (!TorchGlobals.IsAllowed(global)) throw Fault($"it asks for the global {Printable.Of(global)}, which is not on the list of those that are data; nothing of it was run");
        Push(new PickleValue.Symbol(global), ScalarMemory);
    }

    private void Reduce()
    {
        var (arguments, global) = (Pop(), Pop());
        if (global is not PickleValue.Symbol symbol) throw Fault($"REDUCE calls a {Kind(global)}, expected a global");
        if (arguments is not PickleValue.Tuple tuple) throw Fault($"REDUCE of {symbol.Name} with a {Kind(arguments)}, expected a tuple");
        _file.Charge(ContainerMemory, _part);
        Push(_globals.Make(symbol.Name, tuple.Parts), ContainerMemory);
    }

    /// <summary>The attributes of an OrderedDict: PyTorch's <c>_metadata</c>, versions of modules, which no reader needs.</summary>
    private void Build()
    {
        var (state, target) = (Pop(), Peek());
        if (target is not PickleValue.Dictionary || state is not PickleValue.Dictionary attributes || attributes.Pairs.Any(pair => pair.Key is not PickleValue.Text { Value: "_metadata" }))
            throw Fault($"BUILD sets a {Kind(state)} on a {Kind(target)}, expected the _metadata of an OrderedDict");
    }

    private void Extend(PickleValue[] items)
    {
        if (Peek() is not PickleValue.List list) throw Fault($"it appends to a {Kind(Peek())}, expected a list");
        _file.Charge(2L * ReferenceMemory * items.Length, _part);
        list.Parts.AddRange(items);
    }

    private void SetItems(PickleValue[] pairs)
    {
        if (Peek() is not PickleValue.Dictionary dictionary) throw Fault($"it sets items of a {Kind(Peek())}, expected a dict");
        Fill(dictionary, pairs);
    }

    /// <summary>Adds keys and values in turn.</summary>
    private void Fill(PickleValue.Dictionary dictionary, PickleValue[] pairs)
    {
        if (pairs.Length % 2 != 0) throw Fault("it sets a key without a value");
        _file.Charge(PairMemory * (pairs.Length / 2L), _part);
        for (var i = 0; i < pairs.Length; i += 2) TorchGlobals.Add(dictionary, pairs[i], pairs[i + 1]);
    }

    /// <summary>Picklers count slots up from 0, so a slot beyond the bytes read so far is no pickler's.</summary>
    private void Put(uint slot, int at)
    {
        if (slot >= at) throw Fault($"it puts memo slot {slot} at byte {at}, expected slots to be counted up from 0");
        _file.Charge(ReferenceMemory, _part);
        _memo[slot] = Peek();
    }

    private void Get(uint slot) => Push(_memo.TryGetValue(slot, out var value) ? value : throw Fault($"it gets memo slot {slot}, which was never put"), ReferenceMemory);

    private void Mark()
    {
        if (_marks.Count == MaxMarks) throw Fault($"it has more than {MaxMarks} open marks");
        _marks.Add(_stack.Count);
    }

    private PickleValue Peek() => _stack.Count > Floor ? _stack[^1] : throw Fault("it takes a value from an empty stack");

    private PickleValue Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private PickleValue[] PopMany(int count)
    {
        if (_stack.Count - Floor < count) throw Fault("it takes a value from an empty stack");
        _file.Charge(ReferenceMemory, _part);
        PickleValue[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private PickleValue[] PopToMark()
    {
        if (_marks.Count == 0) throw Fault("it looks for a mark that was never set");
        var values = PopMany(_stack.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>Values below the last mark are out of reach until it is taken.</summary>
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private static string Name(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Fault("a global's name is not UTF-8");

    private static string Kind(PickleValue value) => value.GetType().Name;

    private static PickleFault Fault(string reason) => new(reason);
}
