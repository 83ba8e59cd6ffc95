"""Settings of reduce.py as the web form shows them; a message's values replace these by key."""

standard_vars = {
    "energy_bins": "auto",
    "angle_step": 4.0,
    "incident_energy": "monitors",
    "normalisation": "monitor1",
    "plot": True,
}

advanced_vars = {
    "align_elastic": True,
    "ki_over_kf": True,
    "background_window": [0.93, 1.0],
    "bad_low": 0.5,
    "bad_high": 1.7,
    "bad_sigma": 5.0,
    "mask": [],
}

variable_help = {
    "standard_vars": {
        "energy_bins": "Energy transfer [first, step, last] in meV, or 'auto': about -0.4 to 0.9 of the incident energy.",
        "angle_step": "Width of a group of detectors in scattering angle, degrees.",
        "incident_energy": "'monitors' (fitted flight time between the monitors), 'nominal', or a number in meV.",
        "normalisation": "'monitor1' (counts in the peak of the monitor before the sample), 'proton_pulses' or 'none'.",
        "plot": "Draw the spectrum and the angle-energy map into a PNG file.",
    },
    "advanced_vars": {
        "align_elastic": "Move the time zero at the sample so that the measured elastic line is at 0 meV.",
        "ki_over_kf": "Multiply by ki/kf, to get from the cross-section to the scattering function.",
        "background_window": "Part of the time-of-flight range, as fractions, that gives each detector's "
                             "time-independent background; null or [] subtracts none.",
        "bad_low": "A detector with fewer inelastic counts than this multiple of its neighbours' median is masked.",
        "bad_high": "The same for too many counts.",
        "bad_sigma": "Neither masks a detector that is within this many standard deviations of the median.",
        "mask": "Detectors to mask in any case: row numbers in the data, from 0.",
    },
}
