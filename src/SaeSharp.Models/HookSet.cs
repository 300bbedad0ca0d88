using SaeSharp.Numerics;

namespace SaeSharp.Models;

/// <summary>Looks at or changes the value of a hook.</summary>
/// <param name="value">The hook's tensor for the whole batch, [rows, ..]; valid during the call only.</param>
/// <param name="positions">Each row's place in its own sequence, [rows]; with a <see cref="DecodingState"/> the first new row's is <see cref="DecodingState.Count"/>.</param>
public delegate void HookAction(Tensor value, ReadOnlySpan<int> positions);

/// <summary>What a run reads and changes on its way, by hook name.</summary>
/// <remarks>
/// Callbacks get the tensor of that hook for the whole batch, [rows, ..], valid during the call only. An edit changes it in place, and everything after it
/// sees the change. At one hook edits run before reads, each in the order they were added. <c>hook_pattern</c> is called once a sequence, in order, with
/// [heads, query, key]. A set is not changed by a run and may serve several at once; its callbacks then run at once too.
/// </remarks>
public sealed class HookSet
{
    private readonly Dictionary<string, List<HookAction>> _edits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<HookAction>> _reads = new(StringComparer.Ordinal);

    /// <summary>The bits of the hooks that have a callback: a run passes dozens that have none, at every token.</summary>
    private ulong _marks;

    /// <summary>The hooks that have a callback.</summary>
    public IEnumerable<string> Names => _edits.Keys.Union(_reads.Keys);

    /// <summary>Calls <paramref name="read"/> with the hook's value, after all edits.</summary>
    public HookSet Read(string hook, Action<Tensor> read) => Add(_reads, hook, (value, _) => read(value));

    /// <inheritdoc cref="Read(string, Action{Tensor})"/>
    public HookSet Read(string hook, HookAction read) => Add(_reads, hook, read);

    /// <summary>Lets <paramref name="edit"/> change the hook's value in place.</summary>
    public HookSet Edit(string hook, Action<Tensor> edit) => Add(_edits, hook, (value, _) => edit(value));

    /// <inheritdoc cref="Edit(string, Action{Tensor})"/>
    public HookSet Edit(string hook, HookAction edit) => Add(_edits, hook, edit);

    /// <summary>One bit of 64, by the name's hash.</summary>
    internal static ulong MarkOf(string hook) => 1UL << (hook.GetHashCode(StringComparison.Ordinal) & 63);

    /// <summary>Whether anything looks at or changes this hook.</summary>
    internal bool Contains(HookPoint hook) => (_marks & hook.Mark) != 0 && (_edits.ContainsKey(hook.Name) || _reads.ContainsKey(hook.Name));

    internal bool Edits(HookPoint hook) => (_marks & hook.Mark) != 0 && _edits.ContainsKey(hook.Name);

    internal void Fire(string hook, Tensor value, ReadOnlySpan<int> positions)
    {
        if (_edits.TryGetValue(hook, out var edits))
            foreach (var edit in edits) edit(value, positions);
        if (_reads.TryGetValue(hook, out var reads))
            foreach (var read in reads) read(value, positions);
    }

    private HookSet Add(Dictionary<string, List<HookAction>> actions, string hook, HookAction action)
    {
        if (!actions.TryGetValue(hook, out var list)) actions[hook] = list = [];
        list.Add(action);
        _marks |= MarkOf(hook);
        return this;
    }
}
