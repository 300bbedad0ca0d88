using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Statements;

/// <summary>What a value is given to.</summary>
internal abstract record Target
{
    public abstract void Assign(Scope scope, Value value);

    /// <summary>A name.</summary>
    internal sealed record Name(string Text) : Target
    {
        public override void Assign(Scope scope, Value value) => scope.Set(Text, value);
    }

    /// <summary>An attribute of a namespace.</summary>
    internal sealed record Attribute(string Owner, string Text) : Target
    {
        public override void Assign(Scope scope, Value value)
        {
            if (scope.Find(Owner) is not NamespaceValue found) throw ChatTemplateException.Runtime("cannot assign attribute on non-namespace object");
            scope.Run.Make(1);
            found.Set(Text, value);
        }
    }

    /// <summary>Several: the value must have as many parts.</summary>
    internal sealed record Several(List<Target> Targets) : Target
    {
        public override void Assign(Scope scope, Value value)
        {
            if (value is not (SequenceValue or GeneratorValue or TextValue or DictValue or UndefinedValue)) throw ChatTemplateException.WrongType($"cannot unpack non-iterable {value.TypeName} object");
            var parts = Iteration.Of(scope.Run, value);
            if (parts.Count > Targets.Count) throw ChatTemplateException.WrongValue($"too many values to unpack (expected {Targets.Count})");
            if (parts.Count < Targets.Count) throw ChatTemplateException.WrongValue($"not enough values to unpack (expected {Targets.Count}, got {parts.Count})");
            for (var i = 0; i < parts.Count; i++) Targets[i].Assign(scope, parts[i]);
        }
    }
}
