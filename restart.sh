#!/bin/sh
# Restarts the daemon, whose running reductions go on, and the queue processor where QUEUE_PROCESSOR_CTL is its control
# command (words of a shell). Arguments go to autoreduction-ctl (--config FILE). One result line each; exits with the worst code.
set -eu
ctl=${AUTOREDUCTION_CTL:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/bin/autoreduction-ctl}
[ -n "${AUTOREDUCTION_CTL:-}" ] || [ -x "$ctl" ] || ctl=autoreduction-ctl
code=0
restart() {
    name=$1 failure=0
    shift
    result=$("$@" 2>&1) || failure=$?
    [ "$failure" -le "$code" ] || code=$failure
    [ "$failure" -eq 0 ] || result="FAILED ($failure): $result"
    echo "$name: $(printf %s "${result:-restarted}" | tr '\n' ' ')"
}
restart daemon "$ctl" "$@" restart
if [ -n "${QUEUE_PROCESSOR_CTL:-}" ]; then restart 'queue processor' sh -c "$QUEUE_PROCESSOR_CTL restart"; else echo "queue processor: not configured (QUEUE_PROCESSOR_CTL is not set)"; fi
exit "$code"
