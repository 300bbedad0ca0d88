using System.Globalization;

namespace SaeSharp.Lab.Library;

/// <summary>The layer in a hook's name, and what else the name tells.</summary>
internal static class HookLayer
{
    /// <summary><c>blocks.8.hook_resid_pre</c> → 8.</summary>
    public static int? Of(string? hook)
    {
        var parts = hook?.Split('.') ?? [];
        return parts is ["blocks", var number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : null;
    }

    /// <summary>The same hook at another layer; itself where it names none.</summary>
    public static string AtLayer(string hook, int layer) => Of(hook) is null ? hook : string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.{hook.Split('.', 3)[2]}");

    /// <summary>Whether what stands at the hook is, or is added to, the residual stream as it is.</summary>
    public static bool IsInStream(string hook) => hook is "hook_embed" || hook.Contains("hook_resid_", StringComparison.Ordinal)
        || hook.EndsWith("hook_attn_out", StringComparison.Ordinal) || hook.EndsWith("hook_mlp_out", StringComparison.Ordinal);
}
