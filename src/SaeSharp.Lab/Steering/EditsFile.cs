using System.Globalization;
using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using ModelPositions = SaeSharp.Models.Interventions.EditPositions;

namespace SaeSharp.Lab.Steering;

/// <summary>Reads a file of edits, finds what they name and puts them into a model's run.</summary>
internal static class EditsFile
{
    /// <summary>The edits in <paramref name="path"/>, in order.</summary>
    public static IReadOnlyList<ResolvedEdit> Read(string path, Shelves shelves)
    {
        var root = StrictJson.Read(path);
        if (root.ValueKind != JsonValueKind.Array) throw LabException.BadEdit(path, "content", $"it is a {root.ValueKind}", "a list of edits");
        return [.. root.EnumerateArray().Select((entry, i) => Resolve(path, i, Parse(path, i, entry), shelves))];
    }

    /// <summary>Adds the edits to <paramref name="hooks"/> and returns it; the first <paramref name="promptLength"/> tokens are the prompt.</summary>
    public static HookSet Apply(IReadOnlyList<ResolvedEdit> edits, LanguageModel model, int promptLength, HookSet hooks)
    {
        if (edits.Count == 0) return hooks;
        foreach (var edit in edits)
        {
            model.Transformer.RequireHook(edit.Hook);
            edit.Sae?.RequireFits(model);
            if (edit.Vector is { } vector) Shape.Require(vector, [("width", model.Transformer.HookWidth(edit.Hook))]);
        }
        Edit[] inModel = [.. edits.Select(edit => Conditional(edit, model, hooks))]; // watches come before edits
        return new EditPlan(inModel, promptLength).AddTo(hooks);
    }

    /// <summary>An SAE's feature and value above which a condition holds: <c>SAE:N&gt;T</c>.</summary>
    public static ResolvedCondition Condition(string text, ConditionReach reach, Shelves shelves)
    {
        var above = text.LastIndexOf('>');
        if (above < 0 || !double.TryParse(text[(above + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) throw LabException.BadCondition(text);
        var (sae, feature) = shelves.Feature(text[..above].TrimEnd());
        return new(sae, feature, value, reach);
    }

    private static Edit Conditional(ResolvedEdit edit, LanguageModel model, HookSet hooks)
    {
        if (edit.When is not { } condition) return InModel(edit, model, hooks);
        condition.Sae.RequireFits(model);
        condition.Sae.RequireRowwise();
        var view = condition.Sae.InputOf(model);
        var order = model.Transformer.HookNames.ToList();
        if (order.IndexOf(view.Hook) > order.IndexOf(model.Transformer.RequireHook(edit.Hook))) throw LabException.ConditionTooLate(condition.Sae.Name, view.Hook, edit.Hook);
        var watch = new ConditionWatch(condition, view);
        watch.AddTo(hooks);
        return new ConditionalEdit(InModel(edit, model, hooks), watch);
    }

    private static EditSpec Parse(string path, int index, JsonElement entry)
    {
        try
        {
            return entry.Deserialize<EditSpec>(LabJson.Options) ?? throw LabException.BadEdit(path, $"edit {index}", "it is null", "an edit");
        }
        catch (JsonException error)
        {
            throw LabException.BadEdit(path, $"edit {index}{error.Path?.TrimStart('$')}", error.Message.Split(" Path:")[0].TrimEnd('.'), "one of the fields op, hook, vector, coefficient, positions, when");
        }
    }

    private static ResolvedEdit Resolve(string path, int index, EditSpec spec, Shelves shelves)
    {
        LabException Bad(string fact, string expected) => LabException.BadEdit(path, $"edit {index}", fact, expected);
        if (!double.IsFinite(spec.Coefficient)) throw Bad("the coefficient is not finite", "a finite number");
        if (spec.Vector is { Sae: not null } of)
        {
            if (of.Feature is not { } feature || of.File is not null || of.Tensor is not null) throw Bad("the vector names an SAE", "an SAE and a feature, and nothing else");
            var sae = shelves.Saes.Get(of.Sae);
            sae.RequireFeature(feature);
            if (spec.Hook is not null && spec.Hook != sae.WrittenHook) throw Bad($"the hook is {spec.Hook}", $"the one that the SAE writes, {sae.WrittenHook}, or none");
            return new(spec.Op, sae.WrittenHook, sae, feature, null, spec.Coefficient, spec.Positions, Condition(spec.When));
        }
        if (spec.Hook is null) throw Bad("it names no hook", "a hook, or a vector with an SAE");
        var vector = spec.Vector is null ? null : Vector(path, index, spec.Vector);
        if (vector is null && spec.Op is not (EditOp.Scale or EditOp.Ablate)) throw Bad($"{spec.Op} has no vector", "a vector");
        if (spec.Op == EditOp.Minimum) throw Bad("minimum has no SAE", "a vector with an SAE, whose feature is kept at C or more");
        return new(spec.Op, spec.Hook, null, 0, vector, spec.Coefficient, spec.Positions, Condition(spec.When));

        ResolvedCondition? Condition(EditCondition? when)
        {
            if (when is null) return null;
            if (!double.IsFinite(when.Above)) throw Bad("the condition's value is not finite", "a finite number");
            var sae = shelves.Saes.Get(when.Sae);
            sae.RequireFeature(when.Feature);
            return new(sae, when.Feature, when.Above, when.Reach);
        }
    }

    private static Tensor Vector(string path, int index, EditVector vector)
    {
        if (vector.File is null || vector.Tensor is null || vector.Feature is not null)
            throw LabException.BadEdit(path, $"edit {index}, vector", "it names no file and tensor", "either file and tensor or sae and feature");
        var file = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, vector.File); // beside the edits, unless the path is absolute
        using var tensors = SafetensorsFile.Open(File.Exists(file) ? file : vector.File);
        var found = tensors.Read(vector.Tensor).To(DType.F32);
        if (found.Rank is not (1 or 2)) throw LabException.BadEdit(path, $"edit {index}, vector", $"'{vector.Tensor}' is {found.ShapeText}", "[d] or [pos, d]");
        return found;
    }

    /// <summary>The edit at its hook; what it needs to read elsewhere is added to <paramref name="hooks"/>.</summary>
    private static Edit InModel(ResolvedEdit edit, LanguageModel model, HookSet hooks)
    {
        var positions = edit.Positions.InModel();
        if (edit.Sae is { } sae)
        {
            sae.RequireOneHook();
            sae.RequireRowwise();
            var (read, written) = (sae.InputOf(model), sae.WrittenViewOf(model).Parts[0]);
            if (edit.IsReconstruction) return new ReconstructionEdit(sae, read, positions);
            return new SaeEdit(edit, sae, written, positions, sae.ReconstructsItsHook ? null : InputRecord.Of(edit, read, written, model, hooks));
        }
        return edit.Op switch
        {
            EditOp.Add => VectorEdit.Add(edit.Hook, positions, edit.Vector!, edit.Coefficient),
            EditOp.Set => VectorEdit.Set(edit.Hook, positions, edit.Vector!, edit.Coefficient),
            EditOp.Scale => VectorEdit.Scale(edit.Hook, positions, edit.Vector, edit.Coefficient),
            EditOp.Ablate => VectorEdit.Ablate(edit.Hook, positions, edit.Vector),
            _ => VectorEdit.Project(edit.Hook, positions, edit.Vector!),
        };
    }
}
