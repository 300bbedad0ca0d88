using System.ComponentModel;
using System.Diagnostics;

namespace SaeSharp.Cli;

/// <summary>The person's web browser, where there is a person and a screen.</summary>
internal static class DesktopBrowser
{
    /// <summary>Set by build services, by remote logins: nobody there sees a window of this machine.</summary>
    private static readonly string[] Unseen = ["CI", "TF_BUILD", "BUILD_ID", "TEAMCITY_VERSION", "SSH_CONNECTION", "SSH_TTY"];

    /// <summary>Set by what draws windows on Linux and its kin.</summary>
    private static readonly string[] Screens = ["DISPLAY", "WAYLAND_DISPLAY"];

    /// <summary>Whether opening a page would show it to somebody.</summary>
    /// <param name="terminal">Whether a person looks at what is written.</param>
    /// <param name="variable">The environment.</param>
    /// <param name="bringsScreen">Whether the system always has a screen, as Windows and macOS do.</param>
    public static bool IsSeen(Terminal terminal, Func<string, string?> variable, bool bringsScreen)
    {
        bool Has(string name) => variable(name) is { Length: > 0 } value && value is not ("0" or "false");
        return terminal.Output && !Unseen.Any(Has) && (bringsScreen || Screens.Any(Has));
    }

    /// <summary>Opens <paramref name="address"/> where <see cref="IsSeen"/>; else nothing happens, and the address stands on the output.</summary>
    public static void Open(Uri address, Terminal terminal)
    {
        if (!IsSeen(terminal, Environment.GetEnvironmentVariable, OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())) return;
        try
        {
            using var browser = OperatingSystem.IsLinux() ? Process.Start(new ProcessStartInfo("xdg-open", address.ToString()) { RedirectStandardError = true, RedirectStandardOutput = true })
                : Process.Start(new ProcessStartInfo(address.ToString()) { UseShellExecute = true });
        }
        catch (Win32Exception)
        {
            // A screen without a browser.
        }
    }
}
