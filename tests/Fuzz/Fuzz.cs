using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Autoreduction.Tests.Fuzz;

/// <summary>Checks a property on many generated cases; what fails is shrunk and shown. The same cases each time, unless AUTOREDUCTION_FUZZ_SEED says otherwise.</summary>
internal static class Fuzz
{
    private const string SeedVariable = "AUTOREDUCTION_FUZZ_SEED";

    public static void Check<T>(int cases, Gen<T> generator, Action<T> property)
    {
        var seed = ulong.Parse(Environment.GetEnvironmentVariable(SeedVariable) ?? "1", CultureInfo.InvariantCulture);
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(cases)
            .WithEndSize(50)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, (seed * 2) + 1), FSharpOption<int>.None)));
        Prop.ForAll(generator.ToArbitrary(), property).Check(config);
    }
}
