namespace SaeSharp.Lab;

/// <summary>A request that cannot be done as asked.</summary>
public sealed class LabException : SaeSharpException
{
    private LabException(string message, string hint) : base(message, hint) { }

    internal static LabException NoModel(string name, string home, IReadOnlyCollection<string> known, string? pull = null) => new(
        Directory.Exists(name) ? $"{name} is a folder, but no model: it has neither config.json nor a GGUF or llama2.c file."
            : $"There is no model '{name}': neither a folder or file of that name nor one in {home}{(pull is null ? "" : ", nor was it fetched from the hub")}.",
        NearestOrPull(name, known, pull, "Give the path of a folder with config.json and weights or of a GGUF or llama2.c file, or fetch OWNER/NAME from the hub with sae pull."));

    internal static LabException NoSae(string name, string home, IReadOnlyCollection<string> known, string? pull = null) => new(
        $"There is no SAE '{name}': neither a folder with a cfg.json nor one in {home}{(pull is null ? "" : ", nor was it fetched from the hub")}.",
        NearestOrPull(name, known, pull, "Train one with sae train, or give the path of a SAELens folder."));

    internal static LabException Ambiguous(string name, IReadOnlyList<string> places) => new(
        $"'{name}' means {places.Count} things: {string.Join(", ", places)}.",
        "Give one of these names instead.");

    internal static LabException NoSaeOfRelease(string release, string id, IReadOnlyCollection<string> ids) => new(
        $"The release '{release}' has no SAE '{id}'.",
        $"{Nearest(id, ids, "")} All of them: sae search --releases {release}.");

    internal static LabException ReleaseOfMany(string release, IReadOnlyCollection<string> ids) => new(
        $"The release '{release}' has {ids.Count} SAEs, expected the name of one.",
        $"Give {release}/ID, as in {release}/{ids.First()}; all of them: sae search --releases {release}.");

    internal static LabException LoaderNotRead(string sae, string loader, string place) => new(
        $"'{sae}' is on this machine ({place}), but its files are of a kind that this version does not read: {loader}.",
        "Choose a release whose loader is read: sae search --releases shows which.");

    internal static LabException TooLarge(string what, double needed, long atHand, string hint) => new(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{what} needs about {needed / (1 << 30):N1} GiB of memory, but this process may use {(double)atHand / (1 << 30):N1} GiB."),
        hint);

    internal static LabException NoRun(string id, int found, IReadOnlyCollection<string> known) => new(
        found == 0 ? $"There is no run '{id}' in this workspace." : $"'{id}' is the beginning of {found} runs.",
        known.Count == 0 ? "Train an SAE first: sae train MODEL --hook H --texts FILE." : Nearest(id, known, "sae runs lists all."));

    internal static LabException NoRelease(string text, IReadOnlyCollection<string> known) => new(
        $"No release of SAEs has '{text}' in its name, model, repository or hooks.",
        Nearest(text, known, ""));

    internal static LabException UnknownName(string name, IReadOnlyCollection<string> known) => new(
        $"'{name}' is neither a release of SAEs nor a model's name that is known, and no OWNER/NAME either.",
        $"{(Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'? " : "")}hub:{name} asks the hub for a repository without an owner.");

    internal static LabException NoOwner(string repository) => new(
        $"'{repository}' names no owner, expected OWNER/NAME.",
        $"Put your name on the hub, or an organisation's, before it: OWNER/{repository}.");

    internal static LabException NotPrivate(string repository) => new(
        $"{repository} is there already and everybody may see it, but --private was asked for; nothing was sent.",
        "Make it private on its page of settings, choose another name, or leave out --private.");

    internal static LabException Several(string what, IReadOnlyCollection<string> found, string hint) => new(
        $"{what}: {string.Join(", ", found.Take(12))}{(found.Count > 12 ? ", ..." : "")}.",
        hint);

    internal static LabException NotAModelFile(string file) => new(
        $"{file} is a file, but no model: it does not say itself what model it is of, and no config.json with a model_type lies beside it.",
        "Put the model's config.json beside it, or give a GGUF file or a folder.");

    internal static LabException NeitherModelNorSae(string target, IReadOnlyCollection<string> known, string? pull = null) => new(
        $"'{target}' is neither a model (a folder with config.json) nor an SAE (a folder with cfg.json), and the workspace has nothing of that name.",
        NearestOrPull(target, known, pull, "Check the path; sae info takes a folder or a name in the workspace."));

    internal static LabException NoTokenizer(string model) => new(
        $"{model} has no tokenizer, so it cannot read text.",
        "Give token ids with --ids or --ids-file, or put the model's tokenizer.json beside its weights.");

    internal static LabException NoHook(string sae) => new(
        $"The SAE '{sae}' does not say which hook point it belongs to.",
        "Add hook_name to the metadata of its cfg.json.");

    internal static LabException NoModelOfSae(string sae, string? model, string? pull = null) => new(
        model is null ? $"The SAE '{sae}' does not say which model it was trained on." : $"The SAE '{sae}' was trained on '{model}', which is neither a folder here nor in the workspace.",
        pull is null ? "Name the model with --model." : $"Fetch it from the hub with: sae pull {pull}; or name another with --model.");

    internal static LabException WrongWidth(string sae, int dIn, string hook, int width, string model) => new(
        $"The SAE '{sae}' is for activations of width {dIn}, but {hook} of {model} has width {width}.",
        "Check that the SAE was trained on this model and hook point: sae info SAE.");

    internal static LabException NoHead(string hook, int head, int heads) => new(
        heads == 0 ? $"An SAE for attention head {head} was trained at {hook}, which has no heads." : $"An SAE was trained for attention head {head} of {hook}, but this model has {heads} there, numbered from 0.",
        "Check hook_name and hook_head_index in its cfg.json, and that this is its model: sae info SAE.");

    internal static LabException WritesAShare(string sae, IReadOnlyCollection<string> hooks) => new(
        $"The SAE '{sae}' reconstructs nothing by itself: it adds a share to {hooks.Count} hook points ({string.Join(", ", hooks.Take(3))}{(hooks.Count > 3 ? ", ..." : "")}), which the SAEs of the other layers add to as well.",
        "Read its features with sae read.");

    internal static LabException WritesElsewhere(string sae, string hook) => new(
        $"The SAE '{sae}' reconstructs {hook}, not what it reads, so its features do not add up to the token's activation.",
        "Choose an SAE that is no transcoder: sae info SAE.");

    internal static LabException SeveralHooks(string sae, string does, IReadOnlyCollection<string> hooks) => new(
        $"'{sae}' {does} {hooks.Count} hook points at once ({string.Join(", ", hooks)}), and features are pushed at one.",
        "Choose an SAE of one hook point: sae info SAE.");

    internal static LabException ReadsTooLate(string sae, string read, string written) => new(
        $"'{sae}' reads {read}, which a run passes after {written}, where its features are written.",
        "Push with --op add or project, which need no value of the feature.");

    internal static LabException NoRail(string sae, string hook) => new(
        $"'{sae}' writes {hook}, which is no layer's place in the residual stream, so its features have no direction at other layers.",
        "Push at its own hook: SAE:N=COEF.");

    internal static LabException NeedsContext(string sae) => new(
        $"The temporal SAE '{sae}' needs the tokens before each one, and this verb hands it tokens one by one.",
        "Read its features with sae read, which runs it over the whole prompt.");

    internal static LabException NoPrompt() => new(
        "There is no prompt.",
        "Give a text, or token ids with --ids 1,2,3.");

    internal static LabException TwoPrompts() => new(
        "More than one of a text, a file of texts and token ids was given, expected one of them.",
        "Leave out all but one.");

    internal static LabException PromptBesideMessages() => new(
        "A prompt, a file of texts or ids, a system message or turns were given beside a file of messages, expected one of them.",
        "Put the text into the file as another message.");

    internal static LabException ChatOfIds() => new(
        "Token ids were given with a chat template, expected a text.",
        "Leave out --chat: ids are taken as they are, the template's tokens included.");

    internal static LabException NoFeature(string sae, int feature, int dSae) => new(
        $"Feature {feature} does not exist: '{sae}' has features 0 to {dSae - 1}.",
        "Choose an index in that range.");

    internal static LabException BadFeature(string text) => new(
        $"'{text}' names no feature, expected SAE:N such as my-sae:12.",
        "The part before the last colon is the SAE, the part after it the feature's index.");

    internal static LabException BadPush(string text) => new(
        $"'{text}' names no feature and coefficient, expected SAE:N=COEF such as my-sae:12=8.",
        "COEF is a number in units of latents, 2x for twice the natural coefficient, or 0.5max for half the largest value in the index; SAE:N@2..5=8 pushes at layers 2 to 5.");

    internal static LabException BadCondition(string text) => new(
        $"'{text}' names no feature and value, expected SAE:N>T such as my-sae:12>0.5.",
        "T is in units of latents; the edit acts where the feature is above it.");

    internal static LabException ConditionTooLate(string sae, string hook, string edited) => new(
        $"The condition reads '{sae}' at {hook}, which comes after the edit's hook {edited}.",
        "Name a feature of the same hook or an earlier one.");

    internal static LabException NoSaeOfModel(string model, string home) => new(
        $"No SAE in {home} was trained on {model}.",
        "Name SAEs with --sae, or train one with sae train.");

    internal static LabException NoIndex(string sae, string home) => new(
        $"There is no feature index of exactly this SAE's weights ('{sae}') in {home}.",
        "Build one with sae index.");

    internal static LabException BrokenIndex(string folder, string why) => new(
        $"The index in {folder} cannot be used: {why}.",
        "Delete the folder and build the index again with sae index.");

    internal static LabException BrokenRemarks(string file, string why) => new(
        $"The file of names, notes and bookmarks, {file}, cannot be used: {why}.",
        "Move it elsewhere to begin a new one, or put a copy of it back.");

    internal static LabException NoIndexNamed(string name, IReadOnlyCollection<string> known) => new(
        $"There is no index '{name}'.",
        Nearest(name, known, "Build one with sae index."));

    internal static LabException NoPostings(string index) => new(
        $"The index '{index}' does not keep its firings, so nothing can list them, add to them or merge them.",
        "Build it again with sae index --postings.");

    internal static LabException UnlikeIndexes(string first, string second, string what, string mine, string theirs) => new(
        $"'{first}' and '{second}' cannot become one index: {what} is {mine} in the first and {theirs} in the second.",
        "Build both with the same SAE, model and options (sae index --postings).");

    internal static LabException SameTexts(string first, string second, string corpus) => new(
        $"'{first}' and '{second}' were both made over {corpus.Replace('\n', ' ')}: its tokens would count twice.",
        "Leave one of them out.");

    internal static LabException TooManyTokens(long tokens, long most) => new(
        $"The parts have {tokens} tokens together, expected at most {most} in one index.",
        "Merge fewer of them.");

    internal static LabException IdsForTexts(string sources) => new(
        $"{sources} holds token ids, expected texts.",
        "Give the ids to a verb that reads a corpus (sae train, index, eval), or name the column of texts with --field.");

    internal static LabException NothingToDo(string what, string hint) => new($"There is nothing to do: {what}.", hint);

    internal static LabException EmptyCorpus(string corpus) => new(
        $"{corpus} gives no token to count: every document is empty, too short or only BOS.",
        "Check --split, --field and --min-document.");

    internal static LabException NoLabels(string file) => new(
        $"{file} is a plain text, which has no labels.",
        "Give a .jsonl, .csv or .parquet with a text and a label each, or a file for each label: --texts positive.txt negative.txt.");

    internal static LabException OneLabel(string texts, string? label) => new(
        label is null ? $"{texts} holds no text." : $"All texts of {texts} have the label '{label}', expected at least two labels.",
        "Check --label-field, or give a file for each label.");

    internal static LabException NoLabel(string label, IReadOnlyCollection<string> known) => new(
        $"No text has the label '{label}'.",
        Nearest(label, known, ""));

    internal static LabException TooFewTexts(string label, int count) => new(
        $"The label '{label}' has {count} {(count == 1 ? "text that holds" : "texts that hold")} a token, too few to learn from some and to score others.",
        "Give at least two texts of each label, better a hundred.");

    internal static LabException NotFinite(string hook, string where) => new(
        $"The activations at {hook} hold NaN or infinite numbers in {where}, expected finite ones.",
        "Look at the model's weights and at that text: sae activations exports what it gives.");

    internal static LabException ProcessingNotApplied(string hook, string processing) => new(
        $"The SAE at {hook} was trained on a model with {processing}, which changes the values at that hook and cannot be applied here.",
        "Use an SAE that was trained on the model without processing, or one at the residual stream.");

    internal static LabException BadEdit(string file, string where, string fact, string expected) => new(
        $"{file}: {where}: {fact}, expected {expected}.",
        "An edit is {\"op\":\"add\",\"vector\":{\"sae\":S,\"feature\":N},\"coefficient\":C,\"positions\":\"all\"}; see sae steer --help.");

    internal static LabException Checksum(string what, long expected, long actual) => new(
        $"The recipe's {what} is {actual}, expected {expected}: the texts, ids or windows differ from the published comparison.",
        "Check that --data holds the unchanged tinystories-656k and tinystories-text folders.");

    internal static LabException OutOfSpace(string folder, double neededGiB, double freeGiB, double l0) => new(
        FormattableString.Invariant($"The index needs about {neededGiB:F1} GiB of temporary space in {folder}, which has {freeGiB:F1} GiB free: {l0:F0} features fire on a token."),
        "Count fewer tokens with --tokens, use a sparser SAE, or choose another disk with --home.");

    internal static LabException NoDemo(string folder) => new(
        $"There is no demo model in {folder}, and this copy of the program carries none.",
        "Make one with sae demo build: about an hour on a laptop, less with fewer --tokens.");

    internal static LabException OtherVocabulary(string model, string word, int id) => new(
        $"{model} does not read the demo world's tokens: id {id} is not '{word}' there.",
        "Give the demo model, or one that was trained on sae demo texts with the tokenizer of sae demo export.");

    internal static LabException NotTrained(string sae, SaeSharpException why, int others) => new(
        $"{sae}: {why.Message}",
        $"{why.Hint} The {others} other SAEs of this command are trained and saved.");

    internal static LabException OneSet(string name, bool both) => new(
        both ? $"Set {name.ToUpperInvariant()} was given as a file and as prompts, expected one of them." : $"Set {name.ToUpperInvariant()} has no prompts.",
        $"Give --{name} FILE with a prompt a line, or --prompt-{name} TEXT ...");

    internal static LabException NotPaired(int a, int b) => new(
        $"Set A has {a} prompts and set B {b}, expected as many in both for pairs.",
        "Leave out --paired, or give the prompts that belong together in the same order.");

    internal static LabException TooFewPrompts(int a, int b) => new(
        $"Set A has {a} and set B {b} {(b == 1 ? "prompt" : "prompts")}, too few to choose features on some and to test them on others.",
        "Give at least two of each, better fifty.");

    internal static LabException NoTokenCounts(string prompt) => new(
        $"The prompt '{(prompt.Length > 60 ? $"{prompt[..60]}..." : prompt)}' has no token that counts.",
        "Leave that prompt out, or choose other tokens with --at.");

    private static string NearestOrPull(string name, IReadOnlyCollection<string> known, string? pull, string otherwise) => pull is null
        ? Nearest(name, known, otherwise)
        : $"{(Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'? " : "")}Fetch it from the hub with: sae pull {pull}";

    private static string Nearest(string name, IReadOnlyCollection<string> known, string otherwise) =>
        Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'?"
        : known.Count == 0 ? otherwise
        : $"Known are: {string.Join(", ", known.Take(12))}{(known.Count > 12 ? ", ..." : "")}.";
}
