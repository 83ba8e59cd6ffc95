"""Tests of the science: /usr/bin/python3 -m unittest discover -s examples"""
import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
import unittest

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "instruments/NDXLRMECS/user/scripts/autoreduction")]
import make_sample_run  # noqa: E402
import reduce  # noqa: E402

KT = make_sample_run.BOLTZMANN * 100


def real_file():
    named = os.environ.get("AUTOREDUCTION_SAMPLE_DATA", "")
    return next((name for name in (named, os.path.join(named, "lrcs3701.nxs")) if os.path.isfile(name)), None)


def settings(**changes):
    return dict(reduce.web_var.standard_vars, **dict(reduce.web_var.advanced_vars, **changes))


def peak(result, first, last):
    """Centre of a peak as a weighted mean, so that reduce.fit_peak is not its own judge."""
    inside = (result["energy"] > first) & (result["energy"] < last)
    return np.average(result["energy"][inside], weights=result["spectrum"][inside])


def area(result, first, last):
    inside = (result["energy"] > first) & (result["energy"] < last)
    return (result["spectrum"][inside] * np.diff(result["edges"])[inside]).sum()


class ScienceTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        silence = contextlib.redirect_stdout(io.StringIO())
        silence.__enter__()
        self.addCleanup(silence.__exit__, None, None, None)

    def sample(self, name="sample.nxs", **options):
        path = os.path.join(self.folder, name)
        make_sample_run.write(path, **options)
        return path

    def reduced(self, path, **changes):
        return reduce.reduce_run(reduce.read_run(path), settings(**changes))

    def change(self, path, dataset, change):
        with h5py.File(path, "r+") as file:
            file[dataset][...] = change(file[dataset][()])

    def test_the_elastic_line_is_at_zero_and_the_phonon_where_it_was_planted(self):
        for ei, phonon in ((60, 17), (60, 19), (130, 35), (25, 7)):
            with self.subTest(ei=ei, phonon=phonon):
                result = self.reduced(self.sample(ei=ei, phonon=phonon))

                self.assertAlmostEqual(peak(result, -0.1 * ei, 0.1 * ei), 0, delta=0.0007 * ei)
                self.assertAlmostEqual(peak(result, phonon - 0.09 * ei, phonon + 0.09 * ei), phonon, delta=0.005 * ei)

    def test_a_shifted_peak_is_seen(self):
        path = self.sample()
        before = self.reduced(path, align_elastic=False)
        self.change(path, "Histogram1/data/data", lambda counts: np.roll(counts, 3, axis=1))

        after = self.reduced(path, align_elastic=False)

        self.assertGreater(peak(after, -6, 6) - peak(before, -6, 6), 0.8)
        self.assertAlmostEqual(peak(self.reduced(path), -6, 6), 0, delta=0.2)

    def test_the_incident_energy_comes_from_the_monitors_not_from_the_nominal_one(self):
        path = self.sample()
        self.change(path, "Histogram1/instrument/monochromator/energy", lambda energy: energy * 1.05)

        self.assertAlmostEqual(self.reduced(path)["ei"], 60, delta=0.1)
        self.assertAlmostEqual(self.reduced(path, incident_energy="nominal")["ei"], 63, delta=0.01)
        self.assertEqual(self.reduced(path, incident_energy=61)["ei"], 61)

    def test_without_monitors_the_nominal_energy_and_the_elastic_line_serve(self):
        path = self.sample()
        with h5py.File(path, "r+") as file:
            del file["Histogram1/monitor1"], file["Histogram1/monitor2"]

        result = self.reduced(path, normalisation="none")

        self.assertEqual(result["ei"], 60)
        self.assertAlmostEqual(peak(result, 11.6, 22.4), 17, delta=0.3)
        with self.assertRaisesRegex(ValueError, "normalisation 'monitor1'"):
            self.reduced(path)

    def test_a_batch_is_reduced_run_by_run(self):
        paths = [self.sample("a.nxs", run=11, size="small"), self.sample("b.nxs", run=12, size="small")]

        reduce.main(input_file=paths, output_dir=self.folder + "/")

        for name in ("LRMECS11_reduced", "LRMECS12_reduced"):
            self.assertTrue(os.path.isfile(os.path.join(self.folder, name + ".nxs")))

    def test_both_sides_of_the_phonon_obey_detailed_balance(self):
        result = self.reduced(self.sample(), ki_over_kf=True)

        ratio = area(result, -23, -11) / area(result, 11, 23)

        self.assertAlmostEqual(ratio / np.exp(-17 / KT), 1, delta=0.04)

    def test_rebinning_conserves_counts_on_any_grid(self):
        random = np.random.default_rng(7)
        for _ in range(200):
            old = np.cumsum(random.uniform(0.1, 3, random.integers(2, 60)))
            counts = random.poisson(5, len(old) - 1).astype(float)
            inner = np.sort(random.uniform(old[0], old[-1], random.integers(0, 80)))
            new = np.concatenate(([old[0] - 1], inner, [old[-1] + 1]))

            np.testing.assert_allclose(reduce.rebin(counts, old, new).sum(), counts.sum())
            np.testing.assert_allclose(reduce.rebin(counts, old, old), counts)

    def test_rebinning_shares_a_bin_by_overlap(self):
        np.testing.assert_allclose(reduce.rebin([8.0, 4.0], [0, 4, 5], [-1, 1, 3, 4.5, 9]), [2, 4, 4, 2])

    def test_the_errors_are_the_scatter_of_repeated_runs(self):
        # Wide bins: shared ones of a fine grid are correlated with their neighbours.
        options = {"energy_bins": [-12, 6, 48], "ki_over_kf": True}
        runs = [self.reduced(self.sample(seed=seed, size="small"), **options) for seed in range(60)]

        # The scale of a single run changes with its own monitor; its Poisson error belongs to no bin.
        spectra = np.array([run["spectrum"] * run["factor"] for run in runs])
        stated = np.mean([run["spectrum_errors"] * run["factor"] for run in runs], axis=0)
        ratio = np.sqrt(np.mean(spectra.var(axis=0, ddof=1) / stated ** 2))

        self.assertAlmostEqual(ratio, 1, delta=0.12)

    def test_dead_noisy_and_named_detectors_are_masked(self):
        bad = sorted(make_sample_run.DEAD + (make_sample_run.NOISY,))

        for size in ("normal", "small"):
            path = self.sample(size=size)
            self.assertEqual(np.flatnonzero(~self.reduced(path)["good"]).tolist(), bad)
            self.assertEqual(np.flatnonzero(~self.reduced(path, mask=[0])["good"]).tolist(), [0] + bad)

    def test_runs_with_different_beam_agree_when_normalised(self):
        weak, strong = self.sample("weak.nxs", beam=1.0, seed=1), self.sample("strong.nxs", beam=3.0, seed=2)

        for choice, tolerance in (("monitor1", 0.01), ("proton_pulses", 0.01)):
            ratio = area(self.reduced(strong, normalisation=choice), -6, 23) / \
                area(self.reduced(weak, normalisation=choice), -6, 23)
            self.assertAlmostEqual(ratio, 1, delta=tolerance)
        self.assertAlmostEqual(self.reduced(weak)["factor"], 0.14, delta=0.001)
        ratio = area(self.reduced(strong, normalisation="none"), -6, 23) / \
            area(self.reduced(weak, normalisation="none"), -6, 23)
        self.assertAlmostEqual(ratio, 3, delta=0.05)

    def test_the_background_is_gone_between_the_peaks(self):
        path = self.sample()

        def mean(result):
            inside = (result["energy"] > 27) & (result["energy"] < 45)
            return result["spectrum"][inside].mean(), np.sqrt((result["spectrum_errors"][inside] ** 2).sum()) / inside.sum()

        level, error = mean(self.reduced(path))
        raw, raw_error = mean(self.reduced(path, background_window=None))

        self.assertLess(abs(level), 5 * error)
        self.assertGreater(raw, 20 * raw_error)

    def test_bins_that_the_flight_times_do_not_cover_are_not_numbers(self):
        run = reduce.read_run(self.sample())
        result = reduce.reduce_run(run, settings(energy_bins=[-90, 1, 58]))

        seen = reduce.energy_transfer(run["tof"][[0, -1]], run["distance"][0], result)
        first, last = np.searchsorted(result["edges"], seen) - 1
        self.assertTrue(np.isnan(result["spectrum"][:first + 1]).all())
        self.assertTrue(np.isnan(result["spectrum"][last:]).all())
        self.assertTrue(np.isfinite(result["spectrum"][first + 1:last]).all())

    def test_units_are_read_from_the_file(self):
        path = self.sample()
        expected = self.reduced(path)
        with h5py.File(path, "r+") as file:
            for name, factor, unit in (("instrument/detector/distance", 1000, "mm"), ("data/time_of_flight", 1e-6, "s"),
                                       ("monitor2/time_of_flight", 1000, "ns")):
                old = file["Histogram1"][name]
                values = old[()].astype(float) * factor
                del file["Histogram1"][name]
                file["Histogram1"][name] = values
                file["Histogram1"][name].attrs["units"] = unit

        np.testing.assert_allclose(self.reduced(path)["spectrum"], expected["spectrum"], rtol=1e-3, atol=1)
        with h5py.File(path, "r+") as file:
            file["Histogram1/data/time_of_flight"].attrs["units"] = "furlongs"
        with self.assertRaisesRegex(ValueError, "time_of_flight has units 'furlongs'"):
            reduce.read_run(path)

    def test_a_run_without_histogram_or_counts_is_skipped(self):
        events = os.path.join(self.folder, "events.nxs")
        with h5py.File(events, "w") as file:
            file.create_group("entry/events").attrs["NX_class"] = "NXevent_data"
        empty = self.sample()
        self.change(empty, "Histogram1/data/data", np.zeros_like)

        for path in (events, empty):
            with self.assertRaisesRegex(ValueError, "^Skip: "):
                reduce.read_run(path)

    def test_a_missing_dataset_is_named_with_its_path(self):
        path = self.sample()
        with h5py.File(path, "r+") as file:
            del file["Histogram1/instrument/detector/distance"]

        with self.assertRaisesRegex(ValueError, "/Histogram1/instrument/detector/distance is missing"):
            reduce.read_run(path)

    def test_the_output_leads_a_viewer_to_the_plot(self):
        self.assertIsNone(reduce.main(input_file=self.sample(size="small"), output_dir=self.folder + "/"))

        self.assertTrue(os.path.isfile(os.path.join(self.folder, "LRMECS3702_reduced.png")))
        with h5py.File(os.path.join(self.folder, "LRMECS3702_reduced.nxs"), "r") as file:
            entry = file[file.attrs["default"]]
            data = entry[entry.attrs["default"]]
            for group, name in ((file, "NXroot"), (entry, "NXentry"), (data, "NXdata"), (entry["process"], "NXprocess")):
                self.assertEqual(group.attrs["NX_class"], name)
            for data in (data, entry["angle_energy"]):
                signal = data[data.attrs["signal"]]
                self.assertEqual(signal.shape, tuple(len(data[axis]) for axis in data.attrs["axes"]))
                self.assertEqual(data[data.attrs["signal"] + "_errors"].shape, signal.shape)
                for field in [signal] + [data[axis] for axis in data.attrs["axes"]]:
                    self.assertTrue(field.attrs["units"])
            self.assertEqual(entry["run_number"][()], b"3702")
            self.assertAlmostEqual(entry["instrument/monochromator/energy"][()], 60, delta=0.2)
            self.assertIn(b"ki_over_kf = True", entry["process/parameters/data"][()])

    @unittest.skipUnless(real_file(), "lrcs3701.nxs is not here; AUTOREDUCTION_SAMPLE_DATA may name it or its folder")
    def test_the_mgb2_run_shows_its_phonons(self):
        started = time.perf_counter()
        result = self.reduced(real_file())

        self.assertLess(time.perf_counter() - started, 2)
        self.assertAlmostEqual(result["ei"], 129.7, delta=0.2)
        self.assertEqual(np.flatnonzero(~result["good"]).tolist(), [3, 9, 37, 40, 41, 50, 53, 112, 116, 123])
        energy, spectrum = result["energy"], result["spectrum"]
        for first, last, expected in ((-10, 10, 0), (25, 40, 32.5), (45, 60, 51), (83, 95, 88)):
            inside = (energy > first) & (energy < last)
            self.assertAlmostEqual(energy[inside][spectrum[inside].argmax()], expected, delta=1.5)
        self.assertLess(spectrum[energy > 103].max(), 0.3 * spectrum[(energy > 80) & (energy < 95)].max())


if __name__ == "__main__":
    unittest.main()
