using SaeSharp.Lab.Releases;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Library;

/// <summary>Something a name fits.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="Folder">Where it lies: a folder, or the file of a model.</param>
/// <param name="Forced">A name that fits nothing else.</param>
/// <param name="Released">What the directory of releases knows about it; null where it knows nothing.</param>
/// <param name="Origin">Of an SAE: where it was published; null where that is not known.</param>
internal sealed record Place(string Name, string Folder, string Forced, ReleasedSae? Released = null, SaeOrigin? Origin = null);
