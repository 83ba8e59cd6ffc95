"""Reduce one run of a direct-geometry chopper spectrometer: counts by time of flight to intensity by energy transfer.

Needs h5py and numpy, and matplotlib for the plot. The formulas are in examples/README.md.
"""
import datetime
import os

import h5py
import numpy as np

import reduce_vars as web_var

__version__ = "1.0"

HALF_MASS = 5.2270376     # E = HALF_MASS v^2, with E in meV and v in m/ms (mm/us)
UNITS = {
    "time": {"microseconds": 1, "microsecond": 1, "us": 1, "\u00b5s": 1, "ns": 1e-3, "ms": 1e3, "s": 1e6},
    "length": {"m": 1, "metre": 1, "meter": 1, "cm": 1e-2, "mm": 1e-3},
    "energy": {"mev": 1, "ev": 1e3},
    "angle": {"degrees": 1, "degree": 1, "deg": 1, "rad": 180 / np.pi, "radians": 180 / np.pi},
}


def main(input_file, output_dir):
    settings = dict(web_var.standard_vars, **web_var.advanced_vars)
    for path in [input_file] if isinstance(input_file, str) else input_file:
        run = read_run(path)
        print("run {run_number}: {title}, {n} detectors".format(n=len(run["angle"]), **run))
        result = reduce_run(run, settings)
        name = os.path.join(output_dir, "{}{}_reduced".format(run["instrument"], run["run_number"]))
        write_nexus(name + ".nxs", run, result, settings)
        if settings["plot"]:
            plot(name + ".png", run, result)
        print("wrote", os.path.basename(name))


def text(value):
    value = np.asarray(value).ravel()[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def read(entry, path, kind=None):
    """One dataset as floats in us, m, meV or degrees; the file says which units it has."""
    if path not in entry:
        raise ValueError("{}: {}/{} is missing".format(entry.file.filename, entry.name, path))
    values = np.asarray(entry[path][()], dtype=float)
    if kind is None:
        return values
    unit = text(entry[path].attrs.get("units", next(iter(UNITS[kind]))))
    if unit.lower() not in UNITS[kind]:
        raise ValueError("{}/{} has units {!r}, not a unit of {}".format(entry.name, path, unit, kind))
    return values * UNITS[kind][unit.lower()]


def read_run(path):
    with h5py.File(path, "r") as file:
        entries = [group for group in file.values() if "data/data" in group]
        entry = file["Histogram1"] if "Histogram1" in file else entries[0] if entries else None
        if entry is None or "data/data" not in entry:
            raise ValueError("Skip: {} holds no histogram (event mode?)".format(os.path.basename(path)))

        def scalar(name, kind):
            return float(read(entry, name, kind).ravel()[0])

        def word(name, default):
            return text(entry[name][()]) if name in entry else default

        sample = scalar("sample/distance", "length") if "sample/distance" in entry else 0.0
        run = {
            "path": os.path.abspath(path), "title": word("title", "untitled"), "run_number": word("run_number", "0"),
            "instrument": word("instrument/name", "LRMECS"), "sample": word("sample/name", ""),
            "start_time": word("start_time", ""), "end_time": word("end_time", ""),
            "counts": read(entry, "data/data"), "tof": read(entry, "data/time_of_flight", "time"),
            "angle": read(entry, "data/polar_angle", "angle"),
            "distance": read(entry, "instrument/detector/distance", "length"),
            "source_distance": abs(scalar("instrument/source/distance", "length")),
            "ei_nominal": scalar("instrument/monochromator/energy", "energy"),
            "pulses": scalar("instrument/source/proton_pulses", None) if "instrument/source/proton_pulses" in entry else 0,
            # Distances count from the sample along the beam: monitor1 is before it (negative), monitor2 behind it.
            "monitors": [(scalar(m + "/distance", "length") - sample, read(entry, m + "/data"),
                          read(entry, m + "/time_of_flight", "time")) for m in ("monitor1", "monitor2") if m in entry],
        }
    expected = (len(run["angle"]), len(run["tof"]) - 1)
    if run["counts"].shape != expected or len(run["distance"]) != len(run["angle"]):
        raise ValueError("{}: data/data has shape {}; polar_angle, time_of_flight (edges) and detector/distance say {}, {}"
                         .format(path, run["counts"].shape, expected, len(run["distance"])))
    if not run["counts"].any():
        raise ValueError("Skip: run {run_number} has no counts".format(**run))
    return run


def fit_peak(counts, edges, window=(-np.inf, np.inf)):
    """Centre, sigma and error of the centre of the highest peak, by a weighted parabola through the logarithm of its
    upper half, which leaves the tails of moderator and chopper out; None where there is no clear peak."""
    centres = (edges[1:] + edges[:-1]) / 2
    smooth = np.where((centres > window[0]) & (centres < window[1]), np.convolve(counts, np.ones(3) / 3, "same"), 0)
    top = low = high = int(smooth.argmax())
    while low > 0 and smooth[low - 1] > smooth[top] / 2:
        low -= 1
    while high < len(smooth) - 1 and smooth[high + 1] > smooth[top] / 2:
        high += 1
    used = np.arange(low, high + 1)[counts[low:high + 1] > 0]
    if len(used) < 4 or smooth[top] < 5 * np.median(smooth[smooth > 0]) or counts[used].sum() < 50:
        return None
    (a, b, _), cov = np.polyfit(centres[used] - centres[top], np.log(counts[used]), 2, w=np.sqrt(counts[used]),
                                cov="unscaled")
    slope = np.array([b / (2 * a * a), -1 / (2 * a)])
    return (centres[top] - b / (2 * a), np.sqrt(-0.5 / a), np.sqrt(slope @ cov[:2, :2] @ slope)) if a < 0 else None


def calibrate(run, choice, align):
    """Incident energy, and the time at which those neutrons pass the sample.

    The clock of the file need not start when the neutrons do (for run 3701 it is 108 us late), so absolute times and the
    distance of the source say nothing: the speed comes from the difference between the two monitors.
    """
    peaks = [(distance, fit_peak(counts, tof)) for distance, counts, tof in run["monitors"]]
    peaks = [(distance, peak) for distance, peak in peaks if peak]
    ei, error = (run["ei_nominal"], np.nan) if isinstance(choice, str) else (float(choice), np.nan)
    fitted, fitted_error = np.nan, np.nan
    if len(peaks) == 2:
        (first, (t1, _, e1)), (second, (t2, _, e2)) = peaks
        fitted = HALF_MASS * (1e3 * (second - first) / (t2 - t1)) ** 2
        fitted_error = 2 * fitted * np.hypot(e1, e2) / abs(t2 - t1)
    if choice == "monitors" and abs(fitted / ei - 1) < 0.2:
        ei, error = fitted, fitted_error
    elif choice == "monitors":
        print("monitors give no usable energy ({:.1f} meV): nominal {:.1f} meV used".format(fitted, ei))
    speed = np.sqrt(ei / HALF_MASS) / 1e3       # m/us
    at_sample = peaks[0][1][0] - peaks[0][0] / speed if peaks else run["source_distance"] / speed
    flight = np.average(run["distance"], weights=run["counts"].sum(1)) / speed
    reach = (0.08 if peaks else 0.3) * flight
    # Scattering function per bin is counts times (flight time)^4: dt/dE goes with its cube, ki/kf with the fourth power.
    weight = (np.maximum((run["tof"][1:] + run["tof"][:-1]) / 2 - at_sample, 0) / flight) ** 4
    elastic = fit_peak(run["counts"].sum(0) * weight, run["tof"], at_sample + flight + reach * np.array([-1, 1]))
    shift = elastic[0] - at_sample - flight if elastic else np.nan
    print("Ei nominal {:.2f}, from monitors {:.2f} +- {:.2f}, used {:.2f} meV; elastic line {:+.2f} us from expected".format(
        run["ei_nominal"], fitted, fitted_error, ei, shift))
    return {"ei": ei, "ei_error": error, "ei_fitted": fitted, "ei_fitted_error": fitted_error, "elastic_shift": shift,
            "at_sample": at_sample + (shift if align and elastic else 0.0), "monitor_peak": peaks[0][1] if peaks else None,
            "elastic_width": elastic[1] if elastic else flight / 50}


def energy_transfer(tof, distance, beam):
    """Energy that the neutron lost, meV; it rises with the time of flight."""
    flight = np.maximum(tof - beam["at_sample"], 1.0)
    return beam["ei"] - HALF_MASS * (1e3 * distance / flight) ** 2


def rebin(values, old, new):
    """Shares the content of each old bin among the new ones by overlap; what falls on the new grid is conserved."""
    return np.diff(np.interp(new, old, np.concatenate(([0.0], np.cumsum(values)))))


def energy_edges(choice, ei):
    if isinstance(choice, str):
        step = min((m * 10.0 ** e for m in (1, 2, 5) for e in (-2, -1, 0, 1)), key=lambda s: abs(np.log(130 * s / ei)))
        choice = [np.ceil(-0.4 * ei / step) * step, step, np.floor(0.9 * ei / step) * step]
    first, step, last = (float(value) for value in choice)
    if step <= 0 or last <= first:
        raise ValueError("energy_bins is {}, not [first, step, last] in meV".format(list(choice)))
    edges = first + step * np.arange(int(round((last - first) / step)) + 1)
    return edges[edges < 0.98 * ei]     # a neutron can't lose more than it has


def good_detectors(run, beam, settings):
    """False for dead and noisy detectors, judged by inelastic counts, which vary smoothly with angle (Bragg peaks don't),
    against the neighbours of the same bank (distance), as banks have tubes of different size."""
    elastic_end = beam["at_sample"] + run["distance"] * 1e3 / np.sqrt(beam["ei"] / HALF_MASS) + 5 * beam["elastic_width"]
    inelastic = np.where(run["tof"][:-1] > elastic_end[:, None], run["counts"], 0).sum(1)
    good = run["counts"].sum(1) > 0
    for bank in np.unique(run["distance"]):
        rows = np.flatnonzero((run["distance"] == bank) & good)
        rows = rows[np.argsort(run["angle"][rows])]
        for i, row in enumerate(rows):
            near = np.median(inelastic[rows[max(0, i - 8):i + 9]])
            outside = not settings["bad_low"] * near <= inelastic[row] <= settings["bad_high"] * near
            good[row] = not (outside and abs(inelastic[row] - near) > settings["bad_sigma"] * np.sqrt(near))
    good[list(settings["mask"])] = False
    if not good.any():
        raise ValueError("Skip: every detector of run {run_number} is masked".format(**run))
    return good


def monitor_factor(run, beam, choice):
    """What intensities are divided by, and its unit."""
    if choice == "none":
        return 1.0, ""
    if choice == "proton_pulses" and run["pulses"] > 0:
        return run["pulses"] / 1e6, " / 10^6 pulses"
    if choice == "monitor1" and beam["monitor_peak"]:
        _, counts, tof = run["monitors"][0]
        centre, sigma, _ = beam["monitor_peak"]
        return counts[np.abs((tof[1:] + tof[:-1]) / 2 - centre) < 8 * sigma].sum() / 1e6, " / 10^6 monitor counts"
    raise ValueError("normalisation {!r} is unknown, or {} has nothing to do it with".format(choice, run["path"]))


def reduce_run(run, settings):
    beam = calibrate(run, settings["incident_energy"], settings["align_elastic"])
    good = good_detectors(run, beam, settings)
    print("masked {} of {} detectors: {}".format((~good).sum(), len(good), np.flatnonzero(~good).tolist()))
    edges = energy_edges(settings["energy_bins"], beam["ei"])
    factor, unit = monitor_factor(run, beam, settings["normalisation"])
    tof, micros = run["tof"], np.diff(run["tof"])
    window = np.zeros(len(micros), bool)
    if settings["background_window"]:
        first, last = tof[0] + (tof[-1] - tof[0]) * np.array(settings["background_window"], float)
        window = (tof[:-1] >= first) & (tof[1:] <= last)

    counts, variance, cover = (np.zeros((len(good), len(edges) - 1)) for _ in range(3))
    for row in np.flatnonzero(good):
        energy = energy_transfer(tof, run["distance"][row], beam)
        n = run["counts"][row]
        # Poisson: the variance is the count. It is shared like the counts, so sums over bins keep the right error.
        counts[row] = variance[row] = rebin(n, energy, edges)
        cover[row] = rebin(np.diff(energy), energy, edges)
        if window.any():
            length, time = micros[window].sum(), rebin(micros, energy, edges)
            counts[row] = counts[row] - n[window].sum() / length * time
            variance[row] = variance[row] + n[window].sum() * (time / length) ** 2
    centres = (edges[1:] + edges[:-1]) / 2
    scale = (np.sqrt(beam["ei"] / (beam["ei"] - centres)) if settings["ki_over_kf"] else 1.0) / factor

    def intensity(rows):
        """Counts per meV and detector; not a number where the flight times cover only part of a bin."""
        width = cover[rows].sum(0)
        width[width < 0.999 * np.diff(edges) * max(1, rows.sum())] = np.nan
        return counts[rows].sum(0) * scale / width, np.sqrt(variance[rows].sum(0)) * scale / width

    step = float(settings["angle_step"])
    angle = np.abs(run["angle"])        # the scattering of a powder is the same on both sides of the beam
    angle_edges = step * np.arange(np.floor(angle.min() / step), np.floor(angle.max() / step) + 2)
    groups = [intensity(good & (angle >= low) & (angle < low + step)) for low in angle_edges[:-1]]
    spectrum, errors = intensity(good)
    return dict(beam, good=good, edges=edges, energy=centres, spectrum=spectrum, spectrum_errors=errors,
                angle_edges=angle_edges, map=np.array([g[0] for g in groups]), map_errors=np.array([g[1] for g in groups]),
                factor=factor, unit="counts / (meV detector)" + unit)


def write_nexus(path, run, result, settings):
    def group(parent, name, nx_class, **attributes):
        made = parent.create_group(name)
        made.attrs["NX_class"] = nx_class
        made.attrs.update(attributes)
        return made

    def put(parent, name, value, units=None, **attributes):
        parent[name] = value
        parent[name].attrs.update(dict(attributes, units=units) if units else attributes)

    def plottable(name, signal, errors, axes, title):
        data = group(entry, name, "NXdata", signal="intensity", axes=axes)
        put(data, "title", title)
        put(data, "intensity", signal, result["unit"], long_name="Intensity [{}]".format(result["unit"]))
        put(data, "intensity_errors", errors, result["unit"], long_name="Standard deviation")
        put(data, "energy_transfer", result["energy"], "meV", long_name="Energy transfer [meV]")
        put(data, "energy_transfer_edges", result["edges"], "meV", long_name="Edges of the bins [meV]")
        return data

    with h5py.File(path, "w") as file:
        file.attrs.update(NX_class="NXroot", default="entry", file_name=os.path.basename(path),
                          creator="reduce.py " + __version__)
        entry = group(file, "entry", "NXentry", default="spectrum")
        for name in ("title", "run_number", "start_time", "end_time"):
            put(entry, name, run[name])
        plottable("spectrum", result["spectrum"], result["spectrum_errors"], ["energy_transfer"], run["title"])
        both = plottable("angle_energy", result["map"], result["map_errors"], ["polar_angle", "energy_transfer"],
                         run["title"])
        angles = result["angle_edges"]
        put(both, "polar_angle", (angles[1:] + angles[:-1]) / 2, "degrees", long_name="Scattering angle [degrees]")
        instrument = group(entry, "instrument", "NXinstrument")
        put(instrument, "name", run["instrument"])
        chopper = group(instrument, "monochromator", "NXmonochromator")
        put(chopper, "energy", result["ei"], "meV", long_name="Incident energy used")
        put(chopper, "energy_errors", result["ei_error"], "meV")
        put(chopper, "energy_nominal", run["ei_nominal"], "meV")
        put(chopper, "energy_from_monitors", result["ei_fitted"], "meV")
        put(group(entry, "sample", "NXsample"), "name", run["sample"] or run["title"])
        process = group(entry, "process", "NXprocess")
        put(process, "program", "reduce.py")
        put(process, "version", __version__)
        put(process, "date", datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"))
        put(process, "input_file", run["path"])
        put(process, "masked_detectors", np.flatnonzero(~result["good"]))
        put(process, "elastic_line_shift", result["elastic_shift"], "us")
        put(process, "normalisation_factor", result["factor"])
        note = group(process, "parameters", "NXnote")
        put(note, "type", "text/plain")
        put(note, "data", "\n".join("{} = {!r}".format(*item) for item in sorted(settings.items())))


def plot(path, run, result):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import colors, pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5.2), constrained_layout=True)
    figure.suptitle("{} run {}: {}\n$E_i$ = {:.2f} meV (nominal {:g} meV), {} of {} detectors".format(
        run["instrument"], run["run_number"], run["title"], result["ei"], run["ei_nominal"],
        result["good"].sum(), len(result["good"])))
    energy, spectrum, errors = result["energy"], result["spectrum"], result["spectrum_errors"]
    unit = result["unit"].replace("10^6", "$10^6$")
    seen = np.isfinite(spectrum)
    loss = seen & (energy > 0.1 * result["ei"])
    left.errorbar(energy[seen], spectrum[seen], errors[seen], fmt=".", ms=3, lw=0.8)
    left.axvline(0, color="grey", lw=0.6)
    left.set(xlabel="Energy transfer [meV]", ylabel="Intensity [{}]".format(unit), xlim=result["edges"][[0, -1]])
    # The elastic line dwarfs the phonons: logarithmic above the noise (linear below, where intensities may be negative),
    # and the energy loss once more on a linear scale, in an inset above the curve.
    noise = 10 ** np.ceil(np.log10(2 * np.median(errors[loss]))) if errors[loss].any() else 0
    if noise > 0 and spectrum[loss].max() > noise:
        highest, bottom = spectrum[loss].max(), min(0, 1.5 * spectrum[seen].min())
        height = 1 + np.log10(1.5 * highest / noise) - bottom / noise
        top = noise * 10 ** (height / 0.58 - 1 + bottom / noise)
        left.set_yscale("symlog", linthresh=noise)
        left.set_ylim(bottom, max(top, 2 * spectrum[seen].max()))
        left.axhline(0, color="grey", lw=0.6)
        inset = left.inset_axes([0.50, 0.65, 0.48, 0.29])
        inset.errorbar(energy[loss], spectrum[loss], errors[loss], fmt=".", ms=2, lw=0.6)
        inset.set_ylim(0, 1.15 * highest)
        inset.tick_params(labelsize=7)
        inset.set_title("energy loss, linear", fontsize=8)

    positive = result["map"][result["map"] > 0]
    if len(positive):
        low, high = np.percentile(positive, [10, 99.8])
        mesh = right.pcolormesh(result["edges"], result["angle_edges"], np.clip(result["map"], low, None),
                                norm=colors.LogNorm(low, high), cmap="viridis")
        figure.colorbar(mesh, ax=right, label="Intensity [{}]".format(unit), extend="both")
    right.set_facecolor("lightgrey")
    right.set(xlabel="Energy transfer [meV]", ylabel="Scattering angle [degrees]")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    import sys
    main(input_file=sys.argv[1], output_dir=sys.argv[2])
