using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>What is looked at every second, and when the settings are read again.</summary>
internal sealed partial class Supervisor
{
    private void OnTick()
    {
        _standbyIsDue = true;
        _state.Probe();
        _kept.Tend(_settings.Instruments.Values.Append(_settings.Reduction).Select(reduction => reduction.TemporaryDirectory));
        foreach (var job in _jobs.Values.Where(NeedsCare).ToList())
        {
            Guarded($"looking after {job}", () => LookAfter(job));
        }

        foreach (var settlement in _settlements.ToList())
        {
            Guarded(settlement.Doing, () => Advance(settlement));
        }

        Guarded("leaving to others what doesn't come again", LeaveToOthers);
        Guarded("removing old records", ForgetOldRecords);
        Shelve();
        CheckStopDeadlines();
    }

    private static bool NeedsCare(Job job) => job.State is not (JobState.Waiting or JobState.Finished) || job.IsCancelled;

    private void LookAfter(Job job)
    {
        if (job.Ending is null && job.State is JobState.Starting or JobState.Running or JobState.Stopping && HasEndedUnheard(job))
        {
            BeginEnding(job);
        }

        if (job.KillAt <= clock.GetTimestamp() && JobLife.IsAlive(job.State))
        {
            Kill(job);
        }

        if (job.State == JobState.Retrying && job.Delivery is not null && clock.GetTimestamp() >= job.RetryAt)
        {
            _queue.Ready(job.Id);
        }

        Advance(job);
    }

    // A job that an earlier daemon started rings no bell; of others one may be lost when memory is short.
    private static bool HasEndedUnheard(Job job) =>
        job.Child is { } child ? child.PidFd.WaitForExit(TimeSpan.Zero) : !IsLeaderAlive(job);

    private void OnReload()
    {
        try
        {
            var before = _settings;
            _settings = readSettings();
            _queue.SetLimits(_settings.Daemon.EffectiveMaxJobs, _settings.Daemon.MaxJobsPerInstrument);
            if (!_settings.Daemon.KeepsStandby)
            {
                standby.Dismiss();
            }

            _settingsProblem = null;
            Log.Reloaded(SettingsChange.Between(before, _settings));
        }
        catch (SettingsException e)
        {
            _settingsProblem = e.Message.Split('\n')[0];
            Log.ReloadFailed(e.Message);
        }
    }
}
