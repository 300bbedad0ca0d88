using SaeSharp.Models.Chat.Expressions;

namespace SaeSharp.Models.Chat.Statements;

/// <summary>A parameter of a macro.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Default">Its value where none is given; null where it has none.</param>
internal sealed record Parameter(string Name, Expression? Default);
