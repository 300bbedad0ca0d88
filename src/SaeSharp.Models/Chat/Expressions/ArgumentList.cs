using SaeSharp.Models.Chat.Functions;
using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat.Expressions;

/// <summary>What stands in the parentheses of a call.</summary>
internal sealed class ArgumentList
{
    public static ArgumentList Empty { get; } = new();

    public List<Expression> Positional { get; } = [];

    public List<(string Name, Expression Value)> Named { get; } = [];

    /// <summary>What follows a <c>*</c>.</summary>
    public Expression? Unpacked { get; set; }

    /// <summary>What follows a <c>**</c>.</summary>
    public Expression? UnpackedNamed { get; set; }

    public Arguments In(Scope scope)
    {
        if (Positional.Count + Named.Count == 0 && Unpacked is null && UnpackedNamed is null) return Arguments.None;
        var positional = Positional.Select(argument => argument.In(scope)).ToList();
        if (Unpacked is not null) positional.AddRange(Iteration.Of(scope.Run, Unpacked.In(scope)));
        var named = Named.Select(argument => KeyValuePair.Create(argument.Name, argument.Value.In(scope))).ToList();
        if (UnpackedNamed is not null)
        {
            if (UnpackedNamed.In(scope) is not DictValue dict) throw ChatTemplateException.WrongType("argument after ** must be a mapping");
            named.AddRange(dict.Members.Select(member => KeyValuePair.Create((member.Key as TextValue)?.Text ?? throw ChatTemplateException.WrongType("keywords must be strings"), member.Value)));
        }
        return new(positional, named);
    }
}
