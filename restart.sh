#!/bin/sh
# Restarts the daemon, whose running reductions go on, and the queue processor where QUEUE_PROCESSOR_CTL names its control
# command. Arguments go to autoreduction-ctl (--config FILE). One result line each; the exit code is that of the worst.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
ctl=${AUTOREDUCTION_CTL:-$here/bin/autoreduction-ctl}
[ -x "$ctl" ] || ctl=$(command -v autoreduction-ctl) || { echo "restart.sh: no autoreduction-ctl; set AUTOREDUCTION_CTL" >&2; exit 1; }
code=0
if result=$("$ctl" "$@" restart 2>&1); then echo "daemon: $result"; else code=$?; echo "daemon: FAILED: $result"; fi
if [ -z "${QUEUE_PROCESSOR_CTL:-}" ]; then
    echo "queue processor: not configured (QUEUE_PROCESSOR_CTL is not set)"
elif result=$("$QUEUE_PROCESSOR_CTL" restart 2>&1); then
    echo "queue processor: restarted${result:+: $result}"
else
    code=$?; echo "queue processor: FAILED: $result"
fi
exit "$code"
