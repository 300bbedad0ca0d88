using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>A name: the nearest that was set, then what every template has, else undefined.</summary>
internal sealed class NameExpression(string name) : Expression
{
    protected override Value Evaluate(Scope scope) => scope.Find(name) ?? (Value?)Globals.Find(name) ?? UndefinedValue.Name(name);
}
