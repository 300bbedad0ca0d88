using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SaeSharp.Lab.Tests.Labelling;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace SaeSharp.Lab.Tests.Labelling;

/// <summary>A PostgreSQL server of our own in a temporary folder, from Debian's package; where that is not installed, tests that need it are skipped by name.</summary>
public sealed class PostgresServer : IDisposable
{
    public const string Password = "pass-word;of='tests'";

    private readonly Lock _lock = new();
    private string? _folder;
    private int _port, _databases;

    /// <summary>Where Debian puts the programs, the newest version first.</summary>
    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0).Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    /// <summary>A connection string to a fresh database.</summary>
    public string Fresh()
    {
        Assert.SkipWhen(Programs is null, "no PostgreSQL at /usr/lib/postgresql (Debian's package postgresql)");
        lock (_lock)
        {
            Begin();
            var name = $"saesharp{++_databases}";
            Run("createdb", "-h", _folder!, "-p", $"{_port}", "-U", "ada", name);
            return To(name);
        }
    }

    /// <summary>A connection string to a database that may not be there.</summary>
    public string To(string database, string password = Password) => $"Host=127.0.0.1;Port={_port};Database={database};Username=ada;Password=\"{password}\"";

    public void Dispose()
    {
        if (_folder is null) return;
        Run("pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private void Begin()
    {
        if (_folder is not null) return;
        _folder = Directory.CreateTempSubdirectory("saesharp-pg-").FullName;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        var password = Path.Combine(_folder, "password");
        File.WriteAllText(password, Password);
        // The server refuses to run as root: then it runs as the package's own user.
        if (Environment.UserName == "root") Start("chown", "-R", "postgres", _folder);
        Run("initdb", "-D", Path.Combine(_folder, "data"), "-U", "ada", "--pwfile", password, "--auth-host", "scram-sha-256", "--auth-local", "trust", "-E", "UTF8", "--no-sync");
        Run("pg_ctl", "-D", Path.Combine(_folder, "data"), "-l", Path.Combine(_folder, "log"), "-w", "-o", $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start");
    }

    private static void Run(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        if (Environment.UserName == "root") Start("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", path, .. arguments]);
        else Start(path, arguments);
    }

    private static void Start(string program, params string[] arguments)
    {
        // pg_ctl hands its streams on to the server: a pipe would stay open as long as that runs.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/tmp" })!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
