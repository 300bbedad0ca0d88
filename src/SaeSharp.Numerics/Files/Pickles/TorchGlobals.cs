using System.Numerics;
using System.Text;

namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>The globals that torch files of data name, and what each becomes here. None of them is code: this table is all that "calling" one does.</summary>
/// <param name="file">The file, which is charged for what is made.</param>
/// <param name="storage">Finds a storage by key, type (null where it has none) and number of elements.</param>
internal sealed class TorchGlobals(OpenedFile file, Func<string, string?, long, TorchStorage> storage)
{
    private const string OrderedDict = "collections.OrderedDict", Size = "torch.Size", Device = "torch.device", Encode = "_codecs.encode",
        Rebuild = "torch._utils._rebuild_tensor", Rebuild2 = "torch._utils._rebuild_tensor_v2", Rebuild3 = "torch._utils._rebuild_tensor_v3",
        Parameter = "torch._utils._rebuild_parameter";

    private static readonly HashSet<string> Calls = new(StringComparer.Ordinal) { OrderedDict, Size, Device, Encode, Rebuild, Rebuild2, Rebuild3, Parameter };

    /// <summary>Letters of a key, those of a tuple's texts together: a longer one, given again and again, would take long to tell from others.</summary>
    private const int MaxKeyLetters = 4_096;

    private int _tensors;

    /// <summary>For the pickles that begin a legacy file: they hold no tensors.</summary>
    public static TorchGlobals WithoutStorages(OpenedFile file) => new(file, (key, _, _) => throw new PickleFault($"it names a storage '{Printable.Of(key)}' where none can be"));

    /// <summary>Whether a global may be named at all.</summary>
    public static bool IsAllowed(string global) => Calls.Contains(global) || TorchTypes.IsStorage(global) || TorchTypes.IsType(global);

    /// <summary>What an allowed global gives for these arguments.</summary>
    public PickleValue Make(string global, PickleValue[] arguments) => (global, arguments) switch
    {
        (OrderedDict, []) => new PickleValue.Dictionary(),
        (OrderedDict, [PickleValue.List pairs]) => Ordered(pairs),
        (Size, [PickleValue.Tuple sizes]) => sizes,
        (Device, [PickleValue.Text device]) => device,
        (Device, [PickleValue.Text device, PickleValue.Integer index]) => DeviceOf(device.Value, index.Value),
        (Encode, [PickleValue.Text text, PickleValue.Text { Value: "latin1" or "latin-1" }]) => Latin1(text.Value),
        (Rebuild, [PickleValue.Storage from, PickleValue.Integer offset, PickleValue.Tuple shape, PickleValue.Tuple strides]) => Tensor(from, Typed(from), offset, shape, strides),
        (Rebuild2, [PickleValue.Storage from, PickleValue.Integer offset, PickleValue.Tuple shape, PickleValue.Tuple strides, PickleValue.Boolean, PickleValue.Dictionary or PickleValue.Null, .. { Length: <= 1 }]) =>
            Tensor(from, Typed(from), offset, shape, strides),
        (Rebuild3, [PickleValue.Storage from, PickleValue.Integer offset, PickleValue.Tuple shape, PickleValue.Tuple strides, PickleValue.Boolean, PickleValue.Dictionary or PickleValue.Null, PickleValue.Symbol type, .. { Length: <= 1 }]) =>
            Tensor(from, TorchTypes.IsType(type.Name) ? TorchTypes.OfType(type.Name) : throw new PickleFault($"{global} of type {type.Name}, expected a torch.dtype"), offset, shape, strides),
        (Parameter, [PickleValue.Tensor tensor, PickleValue.Boolean, PickleValue.Dictionary or PickleValue.Null]) => tensor,
        _ => throw new PickleFault($"{global} is given ({string.Join(", ", arguments.Take(9).Select(argument => argument.GetType().Name))}), expected other arguments"),
    };

    /// <summary>A persistent id: ("storage", class, key, device, elements[, None]).</summary>
    public PickleValue Persistent(PickleValue id)
    {
        if (id is not PickleValue.Tuple { Parts: [PickleValue.Text { Value: "storage" }, PickleValue.Symbol kind, PickleValue.Text key, PickleValue.Text, PickleValue.Integer count, .. var rest] })
            throw new PickleFault("a persistent id is not that of a storage");
        if (rest is not ([] or [PickleValue.Null])) throw new PickleFault("a storage is a view of another, as before PyTorch 0.4: not read");
        if (!TorchTypes.IsStorage(kind.Name)) throw new PickleFault($"a storage is of class {kind.Name}, expected one of torch's");
        if (!count.TryInt64(out var elements) || elements < 0) throw new PickleFault($"a storage is said to have {count.Value} elements, expected 0 to 2^63 - 1");
        return new PickleValue.Storage(storage(key.Value, TorchTypes.OfStorage(kind.Name), elements));
    }

    /// <summary>Adds a pair to a dict, under a key that Python could hash and that has a plain meaning for us.</summary>
    public static void Add(PickleValue.Dictionary dictionary, PickleValue key, PickleValue value)
    {
        if (!IsScalar(key) && !(key is PickleValue.Tuple tuple && tuple.Parts.All(IsScalar))) throw new PickleFault($"a {key.GetType().Name} is a key, expected text, a number, a truth value, None or a tuple of them");
        if (Letters(key) is > MaxKeyLetters and var letters) throw new PickleFault($"a key has {letters} letters, expected at most {MaxKeyLetters}");
        if (!dictionary.Pairs.TryAdd(key, value)) throw new PickleFault($"the key {(key is PickleValue.Text text ? $"'{Printable.Of(text.Value)}'" : key.GetType().Name)} is given twice");
    }

    private static bool IsScalar(PickleValue key) => key is PickleValue.Text or PickleValue.Integer or PickleValue.Number or PickleValue.Boolean or PickleValue.Null;

    /// <summary>A number counts as many as it has bytes.</summary>
    private static long Letters(PickleValue key) => key switch
    {
        PickleValue.Text text => text.Value.Length,
        PickleValue.Integer integer => integer.Value.GetByteCount(),
        PickleValue.Tuple tuple => tuple.Parts.Sum(part => 1 + Letters(part)),
        _ => 0,
    };

    private PickleValue.Text DeviceOf(string device, BigInteger index)
    {
        var name = $"{Printable.Of(device)}:{index}"; // a device's name is short
        file.Charge(2L * name.Length, "device");
        return new(name);
    }

    private PickleValue.Dictionary Ordered(PickleValue.List pairs)
    {
        file.Charge((long)PickleMachine.PairMemory * pairs.Parts.Count, "OrderedDict");
        var dictionary = new PickleValue.Dictionary();
        foreach (var pair in pairs.Parts)
        {
            if (pair is not (PickleValue.List or PickleValue.Tuple)) throw new PickleFault("an OrderedDict is made of something that is no pair");
            var items = pair is PickleValue.List list ? list.Items : ((PickleValue.Tuple)pair).Items;
            if (items.Count != 2) throw new PickleFault($"an OrderedDict is made of {items.Count} values in place of a pair");
            Add(dictionary, items[0], items[1]);
        }
        return dictionary;
    }

    private PickleValue.Bytes Latin1(string text)
    {
        if (text.Any(c => c > 0xFF)) throw new PickleFault("bytes written as latin-1 hold a character beyond it");
        file.Charge(text.Length, "bytes");
        return new(Encoding.Latin1.GetBytes(text));
    }

    private static string Typed(PickleValue.Storage from) => from.Value.TypeName ?? throw new PickleFault("a tensor has no type: its storage is untyped");

    private PickleValue.Tensor Tensor(PickleValue.Storage from, string type, PickleValue.Integer offset, PickleValue.Tuple shape, PickleValue.Tuple strides)
    {
        var name = $"{_tensors++}, over storage {Printable.Of(from.Value.Key)}";
        return new(StoredTensor.Within(file, from.Value.Source, name, type, Numbers(shape, "size"), Numbers(strides, "stride"), Number(offset, "offset"), from.Value.IsBigEndian));
    }

    private static long[] Numbers(PickleValue.Tuple tuple, string what)
    {
        if (tuple.Items.Count > StoredTensor.MaxAxes) throw new PickleFault($"a tensor has {tuple.Items.Count} axes, expected at most {StoredTensor.MaxAxes}");
        return [.. tuple.Items.Select(item => Number(item, what))];
    }

    private static long Number(PickleValue value, string what) => value is PickleValue.Integer integer && integer.TryInt64(out var number) ? number
        : throw new PickleFault($"the {what} of a tensor is {(value is PickleValue.Integer large ? large.Value : value.GetType().Name)}, expected a whole number of 64 bits");
}
