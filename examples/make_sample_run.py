#!/usr/bin/python3
"""Writes a made-up run of a chopper spectrometer in the layout of the LRMECS file: an elastic line, one phonon on both
sides by detailed balance, a time-independent background, Poisson noise, two dead detectors and a noisy one."""
import argparse

import h5py
import numpy as np

HALF_MASS = 5.2270376                   # E = HALF_MASS v^2, with E in meV and v in m/ms
BOLTZMANN = 0.08617333                  # meV / K
SOURCE, CHOPPER, MONITOR1, MONITOR2, DETECTOR = -8.1237, -1.1001, -0.4762, 3.2562, 2.5035   # m from the sample
CLOCK = -107.8                          # us: the clock starts after the neutrons do, as in the real file
RESOLUTION = 0.03                       # sigma of the elastic line / incident energy
DEAD, NOISY = (5, 30), 20


def detectors(size):
    low = np.arange(-7.2, -2.3, 0.6)
    return np.concatenate((low, np.linspace(2.4, 117.6, 139 if size == "normal" else 39)))


def expected_counts(angle, edges, at_sample, ei, phonon, temperature, events):
    """Mean counts by detector and time of flight: kf/ki S(angle, energy) times the width of the bin in energy."""
    centres = (edges[1:] + edges[:-1]) / 2
    final = HALF_MASS * (1e3 * DETECTOR / (centres - at_sample)) ** 2
    width = 2 * final / (centres - at_sample) * np.diff(edges)
    energy, sigma = ei - final, RESOLUTION * ei

    def line(centre, broader=1.0):
        return np.exp(-0.5 * ((energy - centre) / (broader * sigma)) ** 2) / (broader * sigma * np.sqrt(2 * np.pi))

    bragg = sum(np.exp(-0.5 * ((np.abs(angle) - peak) / 1.2) ** 2) for peak in (21, 34, 40, 52, 62, 79, 87, 108))
    growing = 1 - np.cos(np.radians(angle)) + 0.05        # Q^2 of a neutron that keeps its energy
    pair = line(phonon, 1.2) + np.exp(-phonon / (BOLTZMANN * temperature)) * line(-phonon, 1.2)
    scattering = (0.5 + 3 * bragg)[:, None] * line(0) + 0.3 * growing[:, None] * pair
    counts = np.sqrt(final / ei) * scattering * width
    background = 0.15 * np.diff(edges) * events / 20000
    return events * counts + background


def monitor_counts(edges, centre, sigma, total):
    centres = (edges[1:] + edges[:-1]) / 2
    peak = np.exp(-0.5 * ((centres - centre) / sigma) ** 2) * np.diff(edges) / (sigma * np.sqrt(2 * np.pi))
    return total * peak + 0.02 * np.diff(edges)


def write(path, run=3702, seed=1, ei=60.0, phonon=17.0, temperature=100.0, title=None, size="normal", beam=1.0):
    random = np.random.default_rng(seed)
    speed = np.sqrt(ei / HALF_MASS) / 1e3                                   # m/us
    passes = {at: (at - SOURCE) / speed + CLOCK for at in (MONITOR1, 0.0, MONITOR2)}
    flight = DETECTOR / speed
    angle = detectors(size)
    # From neutrons that gained 0.8 Ei to those that kept a fourteenth of it.
    tof = np.linspace(passes[0.0] + flight / np.sqrt(1.8), passes[0.0] + flight * np.sqrt(14),
                      751 if size == "normal" else 601)
    counts = random.poisson(expected_counts(angle, tof, passes[0.0], ei, phonon, temperature, 8000 * beam))
    counts[list(DEAD)] = 0
    counts[NOISY] = random.poisson(20.0 * beam, counts.shape[1])

    strings = {"title": title or "Sample, phonon at {:g} meV, {:g} K, Ei {:g} meV".format(phonon, temperature, ei),
               "analysis": "TOFNDGS", "start_time": "2001-02-10T08:00:00-0600", "end_time": "2001-02-10T20:00:00-0600"}
    with h5py.File(path, "w") as file:
        file.attrs["file_name"] = path

        def group(parent, name, nx_class):
            made = parent.create_group(name)
            made.attrs["NX_class"] = nx_class
            return made

        def put(parent, name, values, units=None, **attributes):
            values = np.atleast_1d(values)
            made = parent.create_dataset(name, data=values, compression="gzip" if values.size > 1000 else None)
            made.attrs.update(dict(attributes, units=units) if units else attributes)

        def text(parent, name, value):
            put(parent, name, np.array([value.encode("utf-8")]))

        entry = group(file, "Histogram1", "NXentry")
        for name, value in strings.items():
            text(entry, name, value)
        put(entry, "run_number", np.int32(run))
        data = group(entry, "data", "NXdata")
        put(data, "data", counts.astype("int32"), "counts", signal=1, axes="polar_angle:time_of_flight")
        instrument = group(entry, "instrument", "NXinstrument")
        text(instrument, "name", "LRMECS")
        detector = group(instrument, "detector", "NXdetector")
        put(detector, "distance", np.full(len(angle), DETECTOR, "float32"), "m")
        for place in (data, detector):
            put(place, "polar_angle", angle.astype("float32"), "degrees")
            put(place, "time_of_flight", tof, "microseconds")
        chopper = group(instrument, "monochromator", "NXchopper")
        put(chopper, "distance", np.float32(CHOPPER), "m")
        put(chopper, "energy", np.float32(ei), "meV", calibration_status="Nominal")
        source = group(instrument, "source", "NXsource")
        put(source, "distance", np.float32(SOURCE), "m")
        put(source, "proton_pulses", np.int32(2000000 * beam))
        put(group(entry, "sample", "NXsample"), "distance", np.float32(0), "m")
        # Bins and totals are those of the real monitors; the first one sees most of the beam.
        for name, at, bins, width, sigma, total in (("monitor1", MONITOR1, 1000, 1.0, 5.8, 140000),
                                                    ("monitor2", MONITOR2, 500, 2.0, 8.9, 30000)):
            monitor = group(entry, name, "NXmonitor")
            edges = np.floor(passes[at]) + width * (np.arange(bins + 1) - bins // 2)
            put(monitor, "data", random.poisson(monitor_counts(edges, passes[at], sigma, total * beam)).astype("int32"),
                "counts", signal=1, axes="time_of_flight")
            put(monitor, "time_of_flight", edges.astype("float32"), "microseconds")
            put(monitor, "distance", np.float32(at), "m")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", metavar="OUT.nxs")
    parser.add_argument("--run", type=int, default=3702)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ei", type=float, default=60.0, help="incident energy, meV")
    parser.add_argument("--phonon", type=float, default=17.0, help="energy of the phonon, meV")
    parser.add_argument("--temperature", type=float, default=100.0, help="K")
    parser.add_argument("--title")
    parser.add_argument("--size", choices=("normal", "small"), default="normal")
    parser.add_argument("--beam", type=float, default=1.0, help="amount of beam; 1 resembles one day")
    options = vars(parser.parse_args())
    write(options.pop("out"), **options)


if __name__ == "__main__":
    main()
