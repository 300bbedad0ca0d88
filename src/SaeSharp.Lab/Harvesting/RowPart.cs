using System.Globalization;

namespace SaeSharp.Lab.Harvesting;

/// <summary>A stretch of a training row: a hook's activation at the row's token or at a neighbour of it.</summary>
/// <param name="Hook">The hook point.</param>
/// <param name="Offset">How many tokens after the row's own; negative for before.</param>
internal sealed record RowPart(string Hook, int Offset = 0)
{
    /// <summary><c>HOOK</c> or <c>HOOK@-1</c>.</summary>
    public override string ToString() => Offset == 0 ? Hook : string.Create(CultureInfo.InvariantCulture, $"{Hook}@{Offset}");

    public static RowPart Parse(string text)
    {
        var at = text.LastIndexOf('@');
        if (at < 0) return new(text);
        return at > 0 && int.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var offset) && Math.Abs((long)offset) <= RowLayout.FarthestNeighbour
            ? new(text[..at], offset)
            : throw OptionException.Invalid($"'{text}' is no part of a row, expected HOOK or HOOK@N with N from -{RowLayout.FarthestNeighbour} to {RowLayout.FarthestNeighbour}.", "As in blocks.1.hook_resid_post@-1, the token before.");
    }
}
