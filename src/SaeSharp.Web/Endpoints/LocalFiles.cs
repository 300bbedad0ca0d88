using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Training;

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
        ["Activations"] = "use corpus.texts",
    };

    /// <summary>Those of requests that results hold too, so that the document names them: here <c>texts</c> is the name of one that the workspace lists, and <c>out</c> a name in it.</summary>
    private static readonly Dictionary<Type, string[]> Others = new() { [typeof(TrainRequest)] = ["Activations"], [typeof(CorpusOptions)] = ["IdsFile"] };

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Found = new();

    /// <summary>How an answer is written that holds what was asked for: without the fields that the document leaves out, which are null in all that a server was asked.</summary>
    public static JsonSerializerOptions Json { get; } = new(LabJson.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                static type =>
                {
                    foreach (var property in type.Properties.Where(property => Of(type.Type).Any(field => NameOf(field) == property.Name))) property.ShouldSerialize = (_, value) => value is not null;
                },
            },
        },
    };

    /// <summary>Those of a request.</summary>
    public static IReadOnlyList<PropertyInfo> Of(Type request) => !request.IsAssignableTo(typeof(ChatInput)) ? [] // the others have none
        : Found.GetOrAdd(request, type => [.. type.GetProperties().Where(property => Instead.ContainsKey(property.Name))]);

    /// <summary>What a field is called in JSON.</summary>
    public static string NameOf(PropertyInfo field) => JsonNamingPolicy.CamelCase.ConvertName(field.Name);

    /// <exception cref="BadHttpRequestException">The request names a file.</exception>
    public static T Refuse<T>(T request) where T : notnull => (Others.TryGetValue(typeof(T), out var others) ? [.. others.Select(name => typeof(T).GetProperty(name)!)] : Of(typeof(T))).FirstOrDefault(field => field.GetValue(request) is not null) is { } named
        ? throw new BadHttpRequestException($"{NameOf(named)} names a file of this machine, which the API does not touch; {Instead[named.Name]}.")
        : request;
}
