using SaeSharp.Models.Chat.Rendering;

namespace SaeSharp.Models.Chat.Values;

/// <summary>Something that can be called: a macro, a method of a value, or one of the functions every template has.</summary>
/// <param name="name">What it is called.</param>
/// <param name="typeName">What Python calls its type.</param>
/// <param name="call">What it does.</param>
internal sealed class FunctionValue(string name, string typeName, Func<RenderingRun, Arguments, Value> call) : Value
{
    public string Name => name;

    public override string TypeName => typeName;

    public Value Call(RenderingRun run, Arguments arguments) => call(run, arguments);
}
