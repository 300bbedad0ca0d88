namespace SaeSharp.Lab.LanguageModels;

/// <summary>Trains a language model on texts: a new small one (Llama-style, or any family's config.json), or an existing one further. The result is a Hugging Face folder.</summary>
public sealed record LmTrainRequest
{
    /// <summary>Texts: .txt, .jsonl (field text), .csv with a header (column text) or .parquet (column text, or token ids in input_ids), also packed as .gz or .zst; several files, folders and patterns.</summary>
    public string? Texts { get; init; }
    /// <summary>Field or column that holds the text.</summary>
    public string Field { get; init; } = "text";
    /// <summary>How a .txt is cut into documents: line, blank (empty lines), none, or a separating text such as &lt;|endoftext|&gt;.</summary>
    public string Split { get; init; } = "blank";
    /// <summary>A JSON file [[1,2,3],[..]] of token ids, one list a document, taken as they are.</summary>
    public string? IdsFile { get; init; }
    /// <summary>A tokenizer to use: a tokenizer.json, or a model's folder; left out: one is learnt from the texts (byte-level BPE).</summary>
    public string? Tokenizer { get; init; }
    /// <summary>Tokens of a learnt tokenizer, 257 or more; with --ids-file and no tokenizer, the model's vocabulary (0: the largest id and one more).</summary>
    public int Vocab { get; init; } = 2048;
    /// <summary>A model to go on with instead of a new one, by name or folder; its tokenizer is used.</summary>
    public string? From { get; init; }
    /// <summary>A config.json that describes the new model, of any dense family; left out: Llama-style with the sizes below.</summary>
    public string? Config { get; init; }
    /// <summary>Width of the residual stream.</summary>
    public int DModel { get; init; } = 128;
    /// <summary>Blocks.</summary>
    public int Layers { get; init; } = 6;
    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 4;
    /// <summary>Key and value heads; 0 for as many as --heads.</summary>
    public int KeyHeads { get; init; }
    /// <summary>Width of the MLP; 0 for three times --d-model.</summary>
    public int DMlp { get; init; }
    /// <summary>Most tokens a document's piece has; longer documents are cut. Of a model that exists, at most its own; 0 for that.</summary>
    public int Context { get; init; } = 128;
    /// <summary>The unembedding is the embedding table.</summary>
    public bool Tied { get; init; }
    /// <summary>Tokens to train on, over as many passes as that takes; 0 for one pass over the texts.</summary>
    public long Tokens { get; init; }
    /// <summary>Rows of --context tokens a step learns from.</summary>
    public int Batch { get; init; } = 16;
    /// <summary>Batches whose gradients are added up for one step: memory of one, gradients of all.</summary>
    public int Accumulate { get; init; } = 1;
    /// <summary>Largest learning rate.</summary>
    public double Lr { get; init; } = 3e-3;
    /// <summary>Steps over which the learning rate rises.</summary>
    public int Warmup { get; init; } = 100;
    /// <summary>Share of the learning rate that is left at the end of the cosine.</summary>
    public double FinalShare { get; init; } = 0.1;
    /// <summary>Weight decay (AdamW) of matrices; tables of embeddings, gains and biases do not decay.</summary>
    public double WeightDecay { get; init; } = 0.1;
    /// <summary>Largest norm of all gradients together; 0 for no limit.</summary>
    public double ClipNorm { get; init; } = 1;
    /// <summary>Seed of the first weights and of the order of documents.</summary>
    public int Seed { get; init; }
    /// <summary>Share of the documents that is kept for the validation loss, at most 2,000 of them; 0 for none.</summary>
    public double HeldOut { get; init; } = 0.02;
    /// <summary>Times the validation loss is measured on the way.</summary>
    public int Validations { get; init; } = 10;
    /// <summary>Texts the trained model writes in the end.</summary>
    public int Samples { get; init; } = 3;
    /// <summary>How the weights are saved: f32 or bf16.</summary>
    public WeightType Dtype { get; init; } = WeightType.F32;
    /// <summary>Steps between two checkpoints; 0 writes one only when interrupted.</summary>
    public int CheckpointEvery { get; init; } = 200;
    /// <summary>Go on from the last checkpoint of the same training where there is one; the result equals an uninterrupted one bit for bit, on any number of threads.</summary>
    public bool Resume { get; init; }
    /// <summary>Name of the model in the workspace, or a folder.</summary>
    public string Out { get; init; } = "lm";
}

/// <summary>How weights are saved.</summary>
public enum WeightType
{
    /// <summary>32 bits.</summary>
    F32,
    /// <summary>16 bits with the exponent of f32: half the size, 2 to 3 digits.</summary>
    Bf16,
}

/// <summary>What was trained.</summary>
/// <param name="Name">Its name in the workspace, or its folder.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Tokens">Targets learnt from.</param>
/// <param name="Loss">Mean loss of the last steps, nats a token.</param>
/// <param name="ValidationLoss">Loss on held-out documents in the end, nats a token; null without any.</param>
/// <param name="Curve">The validation loss on the way.</param>
/// <param name="Samples">Texts that it wrote.</param>
/// <param name="Seconds">Wall-clock time, of this session alone where it was resumed.</param>
/// <param name="TokensPerSecond">Targets a second of training.</param>
/// <param name="WeightsSha256">SHA-256 of model.safetensors.</param>
public sealed record LmTrainResult(
    string Name, string Path, long Parameters, int Steps, long Tokens, double Loss, double? ValidationLoss, IReadOnlyList<ValidationPoint> Curve, IReadOnlyList<string> Samples,
    double Seconds, double TokensPerSecond, string WeightsSha256);

/// <summary>The loss on held-out documents after some steps.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Tokens">Targets learnt from.</param>
/// <param name="Loss">Nats a token.</param>
public sealed record ValidationPoint(int Step, long Tokens, double Loss);
