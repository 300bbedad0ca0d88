using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>A dict written out; of two equal keys the later value counts.</summary>
internal sealed class DictExpression(List<(Expression Key, Expression Value)> members) : Expression
{
    protected override Value Evaluate(Scope scope)
    {
        scope.Run.Make(members.Count);
        var made = DictValue.NewMembers(members.Count);
        foreach (var (key, value) in members) made[key.In(scope)] = value.In(scope);
        return new DictValue(made);
    }
}
