namespace SaeSharp.Models.Hub;

/// <summary>Adds up how far several files are. Safe for several threads.</summary>
internal sealed class HubTally(IProgress<HubProgress>? sink, long total)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Bytes that were here before.</summary>
    public long AlreadyHere { get { lock (_lock) return _entries.Sum(entry => entry.Found ?? 0); } }

    /// <summary>Bytes that came.</summary>
    public long Fetched { get { lock (_lock) return _entries.Sum(entry => entry.Received); } }

    public Entry Add()
    {
        lock (_lock)
        {
            var entry = new Entry(this);
            _entries.Add(entry);
            return entry;
        }
    }

    private void Report()
    {
        var done = _entries.Sum(entry => entry.Position);
        sink?.Report(new(done, Math.Max(total, done), _entries.Sum(entry => entry.Found ?? 0)));
    }

    /// <summary>One file's share.</summary>
    internal sealed class Entry(HubTally tally)
    {
        /// <summary>Bytes of the file that are on the disk.</summary>
        public long Position { get; private set; }

        /// <summary>How many of them an earlier run left; null before anybody looked.</summary>
        public long? Found { get; private set; }

        /// <summary>Bytes that came over the network, those that were thrown away too.</summary>
        public long Received { get; private set; }

        /// <summary>So many bytes are on the disk: at the first look, an earlier run left them; fewer than that later, and they were thrown away.</summary>
        public void StandAt(long position)
        {
            lock (tally._lock)
            {
                (Position, Found) = (position, Math.Min(Found ?? position, position));
                tally.Report();
            }
        }

        public void Receive(int bytes)
        {
            lock (tally._lock)
            {
                Position += bytes;
                Received += bytes;
                tally.Report();
            }
        }
    }
}
