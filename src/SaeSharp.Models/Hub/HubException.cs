using System.Globalization;
using System.Net;

namespace SaeSharp.Models.Hub;

/// <summary>The hub cannot give or take what was asked.</summary>
public sealed class HubException : SaeSharpException
{
    private HubException(string message, string hint, Exception? inner = null) : base(message, hint, inner) { }

    /// <summary>Whether trying again may help.</summary>
    public bool IsPassing { get; private init; }

    /// <summary>How long the server asks to wait first.</summary>
    internal TimeSpan? After { get; private init; }

    internal static HubException BadId(string text) => new(
        $"'{Shown(text)}' is no repository, expected OWNER/NAME or OWNER/NAME@REVISION.",
        "Names hold letters, digits, '-', '_' and '.', as in openai-community/gpt2.");

    internal static HubException BadRevision(string repository, string revision) => new(
        $"'{Shown(revision)}' is no revision of {repository}, expected a branch, a tag or a commit.",
        "Leave it out for the newest state.");

    internal static HubException BadPath(string text) => new(
        $"'{Shown(text)}' is no file name that may be written, expected parts between slashes without '..', control characters or names of devices.",
        "Such a file is never fetched; choose others with --files.");

    internal static HubException NoRepository(HubId id, bool hasToken) => new(
        $"The hub has no {Word(id)} '{id.Repository}' that {(hasToken ? "this token may see" : "anybody may see")}.",
        hasToken ? "Check the spelling, and that the token may read it." : "Check the spelling; if it is private, set HF_TOKEN.");

    internal static HubException NoRevision(HubId id) => new(
        $"{id.Repository} has no revision '{id.Revision}'.",
        "Give a branch, a tag or a commit after @, or leave it out.");

    internal static HubException NoFile(HubId id, HubPath path) => new(
        $"{id} has no file '{path}'.",
        "Look with --dry-run, or choose files with --files.");

    internal static HubException NeedsToken(HubId id, bool hasToken) => new(
        hasToken ? $"The hub does not know the token it was sent for {id.Repository} (401)." : $"{id.Repository} is private, gated or not there, and there is no token (401).",
        hasToken ? "Make a new token on the hub's page of settings and put it into HF_TOKEN." : "Check the spelling; if you may see it, set HF_TOKEN or log in with hf auth login.");

    internal static HubException NotAllowed(HubId id, Uri endpoint, bool hasToken) => new(
        $"The hub does not let {(hasToken ? "this token" : "anybody without a token")} at {id.Repository} (403).",
        $"If it is gated, accept its terms at {Page(endpoint, id)}{(hasToken ? "; else check what the token may do." : " and set HF_TOKEN.")}");

    internal static HubException NoWriteToken() => new(
        "There is no token, and the hub takes files from known people only.",
        "Make a token that may write on the hub's page of settings and put it into HF_TOKEN.");

    internal static HubException Offline(string what) => new(
        $"{what} is not in the cache, and HF_HUB_OFFLINE forbids fetching it.",
        "Unset HF_HUB_OFFLINE, or use what was fetched before.");

    internal static HubException Busy(Uri address, HttpStatusCode status, TimeSpan? after) => new(
        $"{address.Host} answers {(int)status}{(status == HttpStatusCode.TooManyRequests ? " (too many requests)" : "")}{(after is { } wait ? string.Create(CultureInfo.InvariantCulture, $" and asks to wait {wait.TotalSeconds:F0} s") : "")}.",
        status == HttpStatusCode.TooManyRequests ? "Run the same command again later: it goes on where it stopped. With HF_TOKEN set, the limit is higher." : "Run the same command again later: it goes on where it stopped.")
    { IsPassing = true, After = after };

    internal static HubException Unexpected(Uri address, HttpStatusCode status, string? said) => new(
        $"{address.Host} answers {(int)status}{(said is null ? "" : $": {Shown(said)}")}.",
        "Check HF_ENDPOINT, and that the hub is the server it should be.");

    internal static HubException Unreachable(Uri address, Exception inner, bool passing) => new(
        $"{address.Host} cannot be reached: {inner.Message}",
        "Check the network and HF_ENDPOINT, then run the same command again: it goes on where it stopped.", inner)
    { IsPassing = passing };

    internal static HubException Silent(Uri address, TimeSpan patience) => new(
        string.Create(CultureInfo.InvariantCulture, $"{address.Host} sent nothing for {patience.TotalSeconds:F0} s."),
        "Check the network, then run the same command again: it goes on where it stopped.")
    { IsPassing = true };

    internal static HubException Truncated(string what, long received, long expected) => new(
        $"The answer for {what} ended after {received} bytes, expected {expected}.",
        "Run the same command again: it goes on where it stopped.")
    { IsPassing = true };

    internal static HubException WrongRange(string what, string? range) => new(
        $"The server answered a request for a part of {what} with '{Shown(range ?? "no range")}', which is another part.",
        "Run the same command again.")
    { IsPassing = true };

    internal static HubException WrongSize(string what, long actual, long expected) => new(
        $"The server sends {actual} bytes or more for {what}, expected {expected}.",
        "The hub or a proxy between serves another file: check HF_ENDPOINT.");

    internal static HubException WrongChecksum(string what, string actual, string expected) => new(
        $"{what} arrived with checksum {actual}, expected {expected}; it was thrown away.",
        "The hub or a proxy between serves another file: check HF_ENDPOINT, then run the same command again.");

    internal static HubException NoChecksum(string what, string? tag) => new(
        $"The server names no checksum for {what}{(tag is null ? "" : $" ('{Shown(tag)}' is none)")}, expected SHA-256 or git's hash.",
        "A file that cannot be checked is not kept: check HF_ENDPOINT.");

    internal static HubException NotSettled(string what) => new(
        $"{what} changed on the server each time it was fetched.",
        "Try again later, or name a commit after @.");

    internal static HubException BadRedirect(Uri from, string? to) => new(
        $"{from.Host} sends on to '{Shown(to ?? "")}', expected an http address no less secure than its own.",
        "Check HF_ENDPOINT, and that no proxy changes the answers.");

    internal static HubException TooManyRedirects(Uri first) => new(
        $"{first.Host} sends on from place to place without end.",
        "Check HF_ENDPOINT.");

    internal static HubException NoSpace(string folder, long needed, long free) => new(
        string.Create(CultureInfo.InvariantCulture, $"{needed / 1048576.0:N1} MiB are to be fetched into {folder}, where {free / 1048576.0:N1} MiB are free."),
        "Make room, or choose another disk with HF_HOME or HF_HUB_CACHE.");

    /// <summary>A repository does not hold what was to be fetched; the hint says what it holds.</summary>
    public static HubException NothingToFetch(HubId id, string wanted, IEnumerable<string> present) => new(
        $"{id} holds no {wanted}.",
        $"It holds {string.Join(", ", present.Take(12).Select(Shown).DefaultIfEmpty("nothing"))}; choose with --files.");

    private static string Word(HubId id) => id.Kind == HubKind.Dataset ? "data set" : "repository";

    private static string Page(Uri endpoint, HubId id) => $"{endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{(id.Kind == HubKind.Dataset ? "datasets/" : "")}{id.Repository}";

    /// <summary>Text of others in a message: not endless, and nothing that follows a question mark, where signed addresses keep their secrets.</summary>
    private static string Shown(string text)
    {
        var first = text.Split('?')[0];
        return first.Length <= 120 ? first : $"{first[..120]}...";
    }
}
