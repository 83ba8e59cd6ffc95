using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The user that scripts run as: ours, or another one where we are root and the settings say so.</summary>
internal sealed class ScriptUser
{
    private const string Setpriv = "/usr/bin/setpriv";
    private readonly UserAccount? _account;

    private ScriptUser(UserAccount? account) => _account = account;

    /// <summary>The user of this process.</summary>
    public static ScriptUser Ours { get; } = new(null);

    /// <summary>The user of the setting.</summary>
    /// <exception cref="RunFailedException">There is no such user, or we may not act for it.</exception>
    public static ScriptUser Of(ReductionSettings settings)
    {
        if (settings.ScriptUser.Length == 0)
        {
            return Ours;
        }

        var account = UserAccount.Find(settings.ScriptUser)
            ?? throw new RunFailedException($"The script can't be run as {settings.ScriptUser}: this machine has no such user. It is the setting reduction.script_user.");
        return UserAccount.MayChange
            ? new ScriptUser(account)
            : throw new RunFailedException($"The script can't be run as {account.Name}: only a daemon that runs as root can do that. It is the setting reduction.script_user.");
    }

    /// <summary>What stands in front of a command line so that it runs as this user (setpriv(1)).</summary>
    public IReadOnlyList<string> CommandPrefix => _account is null
        ? []
        : [Setpriv, $"--reuid={_account.Uid}", $"--regid={_account.Gid}", "--init-groups", "--"];

    /// <summary>Gives the user a directory of ours, and sees that it can be reached.</summary>
    /// <exception cref="RunFailedException">A directory above it bars the way.</exception>
    public void Own(string directory)
    {
        if (_account is null)
        {
            return;
        }

        _account.Own(directory);
        if (_account.WhatBars(directory) is { } barrier)
        {
            throw new RunFailedException($"The script can't be run as {_account.Name}, who may not enter {barrier}: chmod o+x {barrier}, or choose another temporary_directory. The user is the setting reduction.script_user.");
        }
    }

    /// <summary>Opens, makes or removes files with this user's rights: what a script names leads us no further than itself.</summary>
    public T Act<T>(Func<T> act)
    {
        if (_account is null)
        {
            return act();
        }

        using var rights = _account.TakeFileRights();
        return act();
    }

    /// <inheritdoc cref="Act{T}"/>
    public void Act(Action act) => Act(() =>
    {
        act();
        return true;
    });
}
