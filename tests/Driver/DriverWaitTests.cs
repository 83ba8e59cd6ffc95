using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

/// <summary>The driver that was started before there was a run.</summary>
[TestFixtureSource(typeof(PythonInterpreters), nameof(PythonInterpreters.All))]
public sealed class DriverWaitTests(string python)
{
    private const int GateClosed = 75;
    private static readonly string Room = new(' ', 1000);

    [Test]
    public async Task It_becomes_what_would_have_been_started_for_the_run()
    {
        using var job = new DriverJob(python);

        var run = await job.RunWaitingAsync(
            """
            import os, sys
            def read(name):
                with open('/proc/self/' + name, 'rb') as file:
                    return file.read().decode().rstrip('\0').split('\0')
            print('\n'.join(read('cmdline')[1:]))
            print([entry for entry in read('environ') if entry.startswith(('TAG=', 'ROOM='))], os.environ['TAG'], os.environ.get('ROOM'))
            print(sys.modules['__main__'].__file__, oct(os.umask(0)), os.path.isdir('/proc/self/fd/4'))
            """,
            Order(job, umask: 0b111),
            Room);

        Assert.That(run.Outcome, Is.EqualTo("complete"), run.Error);
        Assert.That(run.Output, Is.EqualTo($"""
            {job.PathOf("job/moved/reduction_driver.py")}
            {job.PathOf("job/request.json")}
            ['TAG=ENGINX-1'] ENGINX-1 None
            {job.PathOf("job/moved/reduction_driver.py")} 0o7 False

            """));
    }

    [TestCase("nothing", 1000, "")]
    [TestCase("no JSON", 1000, "JSONDecodeError")]
    [TestCase("an order", 1, "have room for")]
    public async Task It_ends_where_it_is_told_nothing_or_what_it_cannot_become(string what, int room, string says)
    {
        using var job = new DriverJob(python);
        var order = what switch { "nothing" => "", "no JSON" => "{", _ => Order(job) };

        var run = await job.RunWaitingAsync("print('must not run')", order, new(' ', room));

        Assert.That(run.ExitCode, Is.EqualTo(GateClosed), run.Error);
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, says.Length > 0 ? Does.Contain(says) : Is.Empty);
        Assert.That(run.Result, Is.Null);
    }

    private static string Order(DriverJob job, int? umask = null) => new JsonObject
    {
        ["driver"] = job.PathOf("job/moved/reduction_driver.py"),
        ["request"] = job.PathOf("job/request.json"),
        ["room"] = "ROOM",
        ["tag"] = "TAG",
        ["environment"] = new JsonObject { ["TAG"] = "ENGINX-1", ["HOME"] = "/nowhere" },
        ["umask"] = umask,
    }.ToJsonString();
}
