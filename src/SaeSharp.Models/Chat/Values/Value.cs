namespace SaeSharp.Models.Chat.Values;

/// <summary>What a chat template can hold in a variable. There is nothing else: a template never sees a .NET object.</summary>
internal abstract class Value
{
    /// <summary>What Python calls the type, which is what error messages say.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether an <c>if</c> takes it for true.</summary>
    public virtual bool IsTrue => true;
}
