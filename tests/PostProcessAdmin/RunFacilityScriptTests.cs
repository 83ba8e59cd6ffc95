using System.Text.Json.Nodes;
using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Scripts as instruments have them, in their folders and unchanged, twice in a row.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunFacilityScriptTests : IAsyncDisposable
{
    private const string Helpers = """
        # -*- coding: latin-1 -*-
        # Å is the unit here
        import reduce_vars as own_vars

        def settings_of(variables):
            merged = dict(variables.standard_vars)
            merged.update(variables.advanced_vars)
            merged["same module"] = variables is own_vars
            return merged
        """;

    private const string FlatScript = """
        # Energies in meV, momenta in Å⁻¹
        from __future__ import print_function
        import os
        import re
        import sys
        sys.path.append('ROOT/isis/NDXMAPS/user/scripts/autoreduction')
        import reduce_vars as web_var
        from direct_tools import settings_of

        def total_of(raw_file):
            with open(raw_file) as raw:
                counts = [float(count) for count in raw.read().split()]
            try:
                import numpy
                return float(numpy.sum(counts))
            except ImportError:
                return sum(counts)

        def main(input_file, output_dir):
            filename = os.path.split(input_file)[-1]
            run_name, extension = os.path.splitext(filename)
            run_number = int(re.sub(r'\D', '', run_name))
            web_var.advanced_vars['sample_run'] = run_number
            settings = settings_of(web_var)
            total = total_of(input_file.replace(extension, '.raw'))
            for ei in settings['incident_energies']:
                out_file = output_dir + 'MARI%d_Ei%.2f.txt' % (run_number, ei)
                with open(out_file, 'w') as out:
                    out.write('%s %g %s %s' % (settings['mask_file'], total, settings['sample_run'], settings['same module']))
            print('Reduced', run_number)
            return ''
        """;

    private const string VersionedScript = """
        import os
        import tempfile
        from reduce_vars import *

        def run_number(path):
            return int(os.path.basename(path).split('.')[0][len('ENGINX'):])

        def main(input_file, output_dir):
            number = run_number(input_file)
            with open(os.path.expanduser('~/.focus_settings'), 'w') as settings:
                settings.write(standard_vars['vanadium run'])
            handle, scratch = tempfile.mkstemp('.gss')
            os.write(handle, b'bank 1')
            os.close(handle)
            os.rename(scratch, output_dir + 'ENGINX_%08d_bank_1.gss' % number)
            with open('log of %d.txt' % number, 'w') as log:
                log.write(open(os.path.expanduser('~/.focus_settings')).read())
            return os.path.join(advanced_vars['users_directory'], 'Focus')
        """;

    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;
    private readonly FacilityFolders _folders;

    public RunFacilityScriptTests()
    {
        _run = new PostProcessAdminRunner(_broker.Uri);
        _folders = new FacilityFolders(_run);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task One_that_borrows_from_another_instrument_fills_a_flat_directory([Values] ScriptSource source, CancellationToken token)
    {
        _folders.WindowsScript("MARI", "reduce.py", FlatScript.Replace("ROOT", _run.PathOf("")));
        _folders.WindowsScript("MARI", "reduce_vars.py", "standard_vars = {\n    'incident_energies': [11.5],\n    'mask_file': 'mari_mask.msk',\n}\nadvanced_vars = {\n    'sample_run': 0,\n}\n");
        _folders.WindowsScript("MAPS", "reduce_vars.py", "standard_vars = {'mask_file': 'of MAPS'}\nadvanced_vars = {}\n");
        _folders.OldScript("MAPS", "direct_tools.py", Helpers);
        _folders.Data("isis/NDXMARI/Instrument/data/cycle_24_1/MARI28581.nxs", "events");
        _folders.Data("isis/NDXMARI/Instrument/data/cycle_24_1/MARI28581.raw", "1 2 39");
        _folders.Ask("MARI", 28581, @"\\ISIS.cclrc.ac.uk\inst$\NDXMARI\Instrument\data\cycle_24_1\MARI28581.nxs", source);
        _run.Message["reduction_arguments"] = JsonNode.Parse("""{"standard_vars": {"incident_energies": [11.5, 50]}, "advanced_vars": {}}""");
        var folder = _folders.Autoreduced("MARI");

        foreach (var suffix in (string[])["", ".2"])
        {
            await CompleteAsync(folder, token);

            Assert.That(File.ReadAllText(Path.Combine(folder, "MARI28581_Ei11.50.txt")), Is.EqualTo("mari_mask.msk 42 28581 True"));
            Assert.That(File.ReadAllText(Path.Combine(folder, "MARI28581_Ei50.00.txt")), Is.EqualTo("mari_mask.msk 42 28581 True"));
            Assert.That(File.ReadAllText(Path.Combine(folder, $"reduction_log/RB_1810001_Run_28581_Script.out{suffix}")), Is.EqualTo("Reduced 28581\n"));
            Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(3));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task One_that_uses_its_home_and_a_further_place_gets_a_version_each_time([Values] ScriptSource source, CancellationToken token)
    {
        _folders.WindowsScript("ENGINX", "reduce.py", VersionedScript);
        _folders.WindowsScript("ENGINX", "reduce_vars.py", $"standard_vars = {{'vanadium run': '236516'}}\nadvanced_vars = {{'users_directory': '{_run.PathOf("instrument/ENGINX/User")}'}}\n");
        _folders.Data("autoreducetmp/data/ENGINX00241391.nxs", "events");
        _folders.Ask("ENGINX", 241391, @"\\autoreduce\data\ENGINX00241391.nxs", source);
        _run.Message["reduction_arguments"] = JsonNode.Parse("""{"standard_vars": {"vanadium run": "307521"}, "advanced_vars": {}}""");
        var folder = _folders.Autoreduced("ENGINX") + "/241391";

        foreach (var version in (int[])[0, 1])
        {
            await CompleteAsync($"{folder}/run-version-{version}", token);

            foreach (var place in (string[])[$"{folder}/run-version-{version}", _run.PathOf("instrument/ENGINX/User/Focus")])
            {
                Assert.That(File.ReadAllText(Path.Combine(place, "ENGINX_00241391_bank_1.gss")), Is.EqualTo("bank 1"));
                Assert.That(File.ReadAllText(Path.Combine(place, "log of 241391.txt")), Is.EqualTo("307521"));
            }

            Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(version + 1));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private async Task CompleteAsync(string folder, CancellationToken token)
    {
        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
        var (destination, body, _) = await _broker.NextAsync(token);
        Assert.That(destination, Is.EqualTo("/queue/ReductionComplete"), $"{body["message"]}{body["reduction_log"]}");
        Assert.That(body["reduction_data"]!.ToJsonString(), Is.EqualTo($"[\"{folder}/\"]"));
        Assert.That(body["data"]!.GetValue<string>(), Is.EqualTo(_run.Message["data"]!.GetValue<string>()));
        Assert.That(_run.AdminLog, Does.Not.Contain("read as latin-1"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Array.ForEach(Directory.GetFiles(_run.Files.Directory), File.Delete);
    }
}
