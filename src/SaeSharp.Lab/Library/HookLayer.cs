using System.Globalization;

namespace SaeSharp.Lab.Library;

/// <summary>The layer in a hook's name: <c>blocks.8.hook_resid_pre</c> → 8.</summary>
internal static class HookLayer
{
    public static int? Of(string? hook)
    {
        var parts = hook?.Split('.') ?? [];
        return parts is ["blocks", var number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : null;
    }
}
