namespace SaeSharp.Models.Chat;

/// <summary>A chat template cannot be read, or refuses the conversation it is given.</summary>
/// <remarks>What a template says of itself keeps the words of the program that templates are written for, so that they can be looked up.</remarks>
public sealed class ChatTemplateException : SaeSharpException
{
    private ChatTemplateException(string kind, string message, string hint) : base(message, hint) => Kind = kind;

    /// <summary>What went wrong, by the name templates' authors know: <c>TemplateError</c> is the template's own refusal, <c>UndefinedError</c> a field that is not there, <c>TypeError</c>, <c>TemplateSyntaxError</c> and so on.</summary>
    public string Kind { get; }

    /// <summary>The template calls <c>raise_exception(message)</c>.</summary>
    internal static ChatTemplateException Refused(string message) => new(
        "TemplateError", message, "The model's chat template refuses this conversation with these words: change the messages or their order.");

    internal static ChatTemplateException Syntax(string fact, int line) => new("TemplateSyntaxError", $"The chat template is wrong at line {line}: {fact}.", Damaged);

    /// <summary>A filter or test that is not there.</summary>
    internal static ChatTemplateException Unknown(string what, string name, string? nearest) => new(
        "TemplateAssertionError", $"No {what} named '{name}'.", nearest is null ? $"The chat template asks for a {what} that Jinja does not have, or that no chat needs: use another template." : $"The nearest that is there is '{nearest}'.");

    internal static ChatTemplateException Undefined(string fact) => new("UndefinedError", fact, "The chat template needs a value that is not there: check that every message has a role and a content.");

    internal static ChatTemplateException WrongType(string fact) => new("TypeError", fact, Unfit);

    internal static ChatTemplateException WrongValue(string fact) => new("ValueError", fact, Unfit);

    internal static ChatTemplateException DividedByZero(string fact) => new("ZeroDivisionError", fact, Unfit);

    internal static ChatTemplateException TooLargeRange(string fact) => new("OverflowError", fact, Unfit);

    internal static ChatTemplateException Runtime(string fact) => new("TemplateRuntimeError", fact, Damaged);

    internal static ChatTemplateException BadFilterArgument(string fact) => new("FilterArgumentError", fact, Damaged);

    internal static ChatTemplateException Forbidden(string fact) => new("SecurityError", fact, "A chat template may read values and make text, nothing else: use another one.");

    internal static ChatTemplateException TooMuch(string what) => new(
        "LimitError", $"The chat template {what}.", "No template of a published model comes near this: the file is damaged or hostile. Use another one.");

    /// <summary>The model's folder has no template.</summary>
    internal static ChatTemplateException None(string folder) => new(
        "NoTemplate", $"{folder} has no chat template: neither tokenizer_config.json nor a file of its own gives one.",
        "Give the prompt as plain text, without --chat, or put the model's chat_template.jinja into its folder.");

    /// <summary>The model has several templates, none of this name.</summary>
    internal static ChatTemplateException NotNamed(string folder, string name, IReadOnlyCollection<string> known) => new(
        "NoTemplate", $"{folder} has no chat template named '{name}'.", known.Count == 1 ? $"It has one, '{known.First()}'." : $"It has {string.Join(", ", known)}.");

    /// <summary>A conversation that is none.</summary>
    internal static ChatTemplateException NoConversation(string fact) => new(
        "Conversation", fact, "A conversation is a list such as [{\"role\":\"user\",\"content\":\"Hello\"}].");

    private const string Damaged = "The template is damaged or of another kind: fetch it again.";

    private const string Unfit = "The chat template cannot work with these messages: check their roles and contents, or use another template.";
}
