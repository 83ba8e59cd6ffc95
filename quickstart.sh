#!/usr/bin/env bash
# The main job, on this machine: a private ActiveMQ, the daemon, two real reductions, and their results.
#   ./quickstart.sh         set up, run, and leave everything running
#   ./quickstart.sh --stop  take everything down
#   ./quickstart.sh --ci    set up, run, check, take everything down
# Everything that it makes is in var/. AUTOREDUCTION_SAMPLE_DATA may name the real LRMECS run lrcs3701.nxs (examples/README.md).
set -eu
cd "$(dirname "$0")"
here=$PWD var=$PWD/var
ctl() { bin/autoreduction-ctl --config "$var/autoreduction.toml" "$@"; }

stop() {
    if [ -x bin/autoreduction-ctl ] && [ -f "$var/autoreduction.toml" ]; then ctl stop --now; fi
    if [ -f "$var/broker.pid" ]; then
        pid=$(cat "$var/broker.pid")
        # Only if it is still the broker that was started here.
        if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "activemq.data=$var/broker"; then
            kill "$pid"
            while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
        fi
        rm -f "$var/broker.pid"
        echo "broker stopped"
    fi
}

start_broker() {
    if [ -f "$var/broker.pid" ] && kill -0 "$(cat "$var/broker.pid")" 2>/dev/null; then return; fi
    echo "starting a private ActiveMQ"
    nohup examples/activemq/run-broker.sh "$var/broker" 0 >"$var/broker.log" 2>&1 </dev/null &
    echo $! >"$var/broker.pid"
    for _ in $(seq 300); do
        grep -q 'Connector stomp started' "$var/broker.log" && return
        kill -0 "$(cat "$var/broker.pid")" 2>/dev/null || break
        sleep 0.2
    done
    echo "the broker did not start:" >&2
    tail "$var/broker.log" >&2
    exit 1
}

write_settings() {
    port=$(sed -n 's/.*Listening for connections at: stomp:.*:\([0-9]*\) .*/\1/p' "$var/broker.log" | tail -1)
    cat >"$var/autoreduction.toml" <<TOML
[broker]
uri = "stomp:failover:(tcp://127.0.0.1:$port)"

[daemon]
pid_file = "$var/run/autoreduction-processor.pid"
state_directory = "$var/state"
log_directory = "$var/log"

[reduction]
python_path = []
scripts_directory = "$here/examples/instruments/NDX{instrument}/user/scripts/autoreduction"
results_directory = "$var/results/{instrument}/RBNumber/RB{rb_number}/autoreduced/{run_number}"
temporary_directory = "$var/tmp"
TOML
}

case ${1:-} in
    --stop) stop; exit 0 ;;
    "" | --ci) ;;
    *) echo "usage: quickstart.sh [--ci | --stop]" >&2; exit 2 ;;
esac

./install.sh activemq python3 python3-h5py python3-numpy python3-matplotlib clang zlib1g-dev
mkdir -p "$var/data"
if [ "${1:-}" = --ci ]; then trap stop EXIT; fi
./build.sh --if-older
start_broker
write_settings
ctl restart
/usr/bin/python3 examples/make_sample_run.py "$var/data/LRMECS3702.nxs" --run 3702
echo "submitting run 3702, a made-up sample with a phonon at 17 meV"
ctl submit --instrument LRMECS --run 3702 --rb 1810001 --data "$var/data/LRMECS3702.nxs" --wait
real=${AUTOREDUCTION_SAMPLE_DATA:-}
if [ -f "$real" ]; then
    echo "submitting run 3701, MgB2 measured at LRMECS"
    ctl submit --instrument LRMECS --run 3701 --rb 1810001 --data "$(realpath "$real")" --wait
fi
echo
ctl jobs --all
echo
find "$var/results" -newer "$var/autoreduction.toml" -type f | sort
find "$var/results" -name '*.png' -newer "$var/autoreduction.toml" | grep -q . || { echo "no plot was made" >&2; exit 1; }
cat <<TEXT

Look:    bin/autoreduction-ctl --config var/autoreduction.toml status       and the PNG files above
Submit:  bin/autoreduction-ctl --config var/autoreduction.toml submit --instrument LRMECS --run 3702 --rb 1810001 --data $var/data/LRMECS3702.nxs --wait
Stop:    ./quickstart.sh --stop
TEXT
