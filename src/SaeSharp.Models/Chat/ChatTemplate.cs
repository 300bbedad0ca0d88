using SaeSharp.Models.Chat.Rendering;
using SaeSharp.Models.Chat.Statements;
using SaeSharp.Models.Chat.Syntax;
using SaeSharp.Models.Chat.Values;

namespace SaeSharp.Models.Chat;

/// <summary>Turns a conversation into the text that a model was trained to answer, by the Jinja template that the model comes with.</summary>
/// <remarks>
/// Jinja as transformers runs it for chats: <c>trim_blocks</c> and <c>lstrip_blocks</c>, loop controls, <c>raise_exception</c>, <c>strftime_now</c>, <c>tojson</c> without
/// HTML escapes, generation blocks, Python's methods of texts, lists and dicts, an immutable sandbox. A template sees no .NET object, and its steps, depth and
/// text are bounded. Not there: inheritance, includes, imports, recursive loops and a few HTML filters, which no chat template needs. Safe to use from several threads.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly Dictionary<string, (string Source, Lazy<Statement> Body)> _templates;
    private readonly IReadOnlyDictionary<string, string> _tokens;
    private readonly string _origin;

    private ChatTemplate(string origin, IReadOnlyDictionary<string, string> templates, IReadOnlyDictionary<string, string> tokens)
    {
        (_origin, _tokens) = (origin, tokens);
        _templates = templates.ToDictionary(entry => entry.Key, entry => (entry.Value, new Lazy<Statement>(() => Parser.Read(entry.Value))), StringComparer.Ordinal);
    }

    /// <summary>The names of the templates; most models have one, <c>default</c>.</summary>
    public IReadOnlyCollection<string> Names => _templates.Keys;

    /// <summary>Reads the templates of a model: tokenizer_config.json, chat_template.json, chat_template.jinja, additional_chat_templates in its folder, or its GGUF file.</summary>
    /// <exception cref="ChatTemplateException">It has none.</exception>
    public static ChatTemplate Load(string modelFolderOrFile)
    {
        var files = ChatTemplateFiles.Of(modelFolderOrFile);
        return files.Templates.Count > 0 ? new(modelFolderOrFile, files.Templates, files.Tokens) : throw ChatTemplateException.None(modelFolderOrFile);
    }

    /// <summary>Whether a model comes with a template.</summary>
    public static bool Exists(string modelFolderOrFile) => ChatTemplateFiles.Of(modelFolderOrFile).Templates.Count > 0;

    /// <summary>Reads one template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="tokens">Special tokens by the names that it knows, for example <c>bos_token</c>.</param>
    /// <exception cref="ChatTemplateException">Its syntax is wrong.</exception>
    public static ChatTemplate Parse(string source, IReadOnlyDictionary<string, string>? tokens = null)
    {
        var template = new ChatTemplate("This model", new Dictionary<string, string> { [ChatTemplateFiles.Default] = source }, tokens ?? new Dictionary<string, string>());
        _ = template._templates[ChatTemplateFiles.Default].Body.Value;
        return template;
    }

    /// <summary>The conversation as text.</summary>
    /// <exception cref="ChatTemplateException">The template refuses it, or cannot be run.</exception>
    public RenderedChat Render(Conversation conversation, ChatOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        options ??= new();
        var (source, body) = Choose(conversation, options);
        var run = new RenderingRun(source.Length + conversation.Length, options.Clock);
        var scope = new Scope(run, Variables(conversation, options, run));
        return new(run.Capture(() => body.Value.Run(scope)), run.Steps);
    }

    private (string Source, Lazy<Statement> Body) Choose(Conversation conversation, ChatOptions options)
    {
        const string forTools = "tool_use";
        var name = options.Template ?? (conversation.Tools is not NoneValue && _templates.ContainsKey(forTools) ? forTools : ChatTemplateFiles.Default);
        if (_templates.TryGetValue(name, out var found)) return found;
        return options.Template is null && _templates.Count == 1 ? _templates.Values.Single() : throw ChatTemplateException.NotNamed(_origin, name, _templates.Keys);
    }

    private Scope Variables(Conversation conversation, ChatOptions options, RenderingRun run)
    {
        var scope = new Scope(run, null);
        foreach (var (name, token) in _tokens) scope.Set(name, new TextValue(token));
        scope.Set("messages", new SequenceValue(conversation.Messages));
        scope.Set("tools", conversation.Tools);
        scope.Set("documents", conversation.Documents);
        scope.Set("add_generation_prompt", BoolValue.Of(options.GenerationPrompt));
        foreach (var (name, value) in options.Variables) scope.Set(name, JsonValues.Of(value));
        return scope;
    }
}
