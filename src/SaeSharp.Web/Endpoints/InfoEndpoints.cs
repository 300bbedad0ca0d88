using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;
using SaeSharp.Web.Endpoints.Document;
using SaeSharp.Web.Learning;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Endpoints;

/// <summary>What there is: <c>/api</c>, <c>/api/workspace</c>, <c>/api/info</c>.</summary>
internal static class InfoEndpoints
{
    private static readonly ApiDirectory Directory = new(
        "The same requests and results as the command line and the library. Errors: application/problem+json, title = what is the case, detail = what to do next.",
        ApiDocument.Address, ApiGuide.Address,
        [
            "GET /api/workspace",
            "GET /api/info?target=MODEL|SAE",
            "POST /api/tokens {\"model\":M,\"text\":T}",
            "POST /api/generate {\"model\":M,\"prompt\":P,\"maxTokens\":64}",
            "GET /api/features?sae=SAE&order=index|density|max&skip=0&take=50",
            "GET /api/feature?sae=SAE&feature=N",
            "GET /api/feature/postings?sae=SAE&feature=N&skip=0&take=100",
            "POST /api/search {\"label\":WORDS} or {\"text\":[P,..],\"at\":[3],\"order\":\"of-max|value|quantile\"} or {\"says\":TOKEN} or {\"like\":\"SAE:N\"}, with \"layers\":[0,1],\"maxDensity\":0.01,\"labelled\":true,\"top\":20",
            "GET /api/labels?sae=SAE&feature=N",
            "POST /api/label {\"sae\":SAE,\"feature\":N,\"label\":\"what it is\",\"note\":\"\",\"bookmark\":\"keep|set|remove\"}",
            "POST /api/vote {\"sae\":SAE,\"feature\":N,\"vote\":\"up|down|none\"}",
            "GET /api/lists, GET /api/lists?name=L, POST /api/list {\"name\":L,\"add\":[\"SAE:N\"],\"at\":1,\"remove\":[],\"rename\":L,\"delete\":true}",
            "GET /api/runs, GET /api/runs/RUN",
            "POST /api/jobs {\"verb\":\"train|index|eval|contrast|sweep\",\"request\":{..}}",
            "GET /api/jobs, GET /api/jobs/JOB, POST /api/jobs/JOB/cancel|resume|remove {}",
            "POST /api/read {\"model\":M,\"prompt\":P,\"saes\":[],\"top\":5,\"follow\":[\"SAE:N\"]}",
            "POST /api/steer {\"model\":M,\"prompt\":P,\"features\":[\"SAE:N=C\"],\"op\":\"add\",\"positions\":\"prompt\",\"maxTokens\":64,\"controls\":6,\"twins\":true,\"words\":[TOKEN],\"toward\":[P,..],\"from\":[P,..],\"hooks\":[HOOK]}, with \"features\":[\"SAE:N@0..3=0..8\"] along layers",
            "POST /api/sweep {\"model\":M,\"prompt\":P,\"feature\":\"SAE:N\",\"coefficients\":[2,4,8],\"layers\":\"all\",\"maxTokens\":24}",
            "POST /api/anatomy {\"model\":M,\"prompt\":P,\"sae\":SAE,\"position\":N}",
            "POST /api/code-path {\"model\":M,\"prompt\":P,\"sae\":SAE,\"position\":N,\"most\":48}",
            "GET /api/code-comparison?sae=SAE (204 where none was made: sae code --compare)",
            "POST /api/contrast {\"model\":M,\"promptsA\":[P,..],\"promptsB\":[P,..],\"paired\":false,\"pooling\":\"max|mean|last\",\"saes\":[],\"top\":10}",
        ]);

    public static void MapInfo(this IEndpointRouteBuilder api)
    {
        api.MapGet("", List).Gives<ApiDirectory>("Every address of the API. A browser is led to the page about it.");
        api.MapGet("/workspace", async (Workspace workspace, CancellationToken cancel) => Api.Json(await workspace.Contents(cancel))).Gives<Contents>("What the workspace holds: models, SAEs and indexes.");
        api.MapGet("/info", Info).Gives<InfoResult>(DocComments.OfType(typeof(InfoRequest)));
    }

    private static IResult List(HttpRequest request) => request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.Ordinal) == true)
        ? TypedResults.LocalRedirect(ApiGuide.Address) : Api.Json(Directory);

    private static async Task<IResult> Info([Description("Name of a model or an SAE.")] string target, Workspace workspace, CancellationToken cancel)
    {
        var contents = await workspace.Contents(cancel);
        if (!Names.Models(contents).Contains(target)) contents.RequireListed(null, [target]);
        return Api.Json(await workspace.Info(new() { Target = target }, cancel: cancel));
    }
}
