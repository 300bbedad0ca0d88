namespace SaeSharp.Models.Chat.Values;

/// <summary>What a name without a value gives: it prints as nothing and is empty and false, but nothing can be done with it.</summary>
/// <param name="fact">What an error says where something is done with it.</param>
/// <param name="isForbidden">Whether it stands for something that a template may not reach.</param>
internal sealed class UndefinedValue(string fact, bool isForbidden = false) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    public ChatTemplateException Failure() => isForbidden ? ChatTemplateException.Forbidden(fact) : ChatTemplateException.Undefined(fact);
}
