using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Web.Endpoints;

/// <summary>Fields of requests that name files of this machine. The command line takes them; the API neither opens nor writes a file that a request names.</summary>
internal static class LocalFiles
{
    private static readonly Dictionary<string, string> Instead = new()
    {
        ["Messages"] = "use prompt, chat and system",
        ["Edits"] = "use features",
        ["A"] = "use promptsA",
        ["B"] = "use promptsB",
        ["Texts"] = "use text",
        ["IdsFile"] = "use text",
        ["Out"] = "the answer holds the result",
        ["BundleOut"] = "take bundle from the answer",
    };

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Found = new();

    /// <summary>Those of a request.</summary>
    public static IReadOnlyList<PropertyInfo> Of(Type request) => !request.IsAssignableTo(typeof(ChatInput)) ? [] // the others have none
        : Found.GetOrAdd(request, type => [.. type.GetProperties().Where(property => Instead.ContainsKey(property.Name))]);

    /// <summary>What a field is called in JSON.</summary>
    public static string NameOf(PropertyInfo field) => JsonNamingPolicy.CamelCase.ConvertName(field.Name);

    /// <exception cref="BadHttpRequestException">The request names a file.</exception>
    public static T Refuse<T>(T request) where T : notnull => Of(typeof(T)).FirstOrDefault(field => field.GetValue(request) is not null) is { } named
        ? throw new BadHttpRequestException($"{NameOf(named)} names a file of this machine, which the API does not touch; {Instead[named.Name]}.")
        : request;
}
