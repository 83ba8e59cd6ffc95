"""A reduction script that does what reduction scripts shouldn't.

standard_vars: root, run, rb, and do: a list of [action, argument ...]. Whatever happens to the programs under test, what is
in chaos.log was written by the job itself, and who else lived at that moment was told by the kernel: every job holds a lock.
"""
import fcntl
import json
import os
import signal
import subprocess
import sys
import time

import reduce_vars as web_var


def main(input_file, output_dir):
    job = web_var.standard_vars
    held = [lock(job, "run-%s" % job["run"]), lock(job, "rb-%s" % job["rb"])]
    note(job, "start", alone=all(held), live=living(job))
    for action, *arguments in job["do"]:
        ACTIONS[action](job, *arguments)
    with open(output_dir + "result.txt", "w") as result:
        result.write("done")
    print("last line of run %s" % job["run"])
    note(job, "end")


def lock(job, name):
    """Held as long as anything lives that inherited it; None where somebody else holds it."""
    descriptor = os.open("%s/locks/%s" % (job["root"], name), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    os.set_inheritable(descriptor, True)
    return os.fdopen(descriptor, "w")


def living(job):
    return sum(1 for name in os.listdir(job["root"] + "/locks") if name.startswith("run-") and is_held(job["root"] + "/locks/" + name))


def is_held(path):
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True


def note(job, what, **more):
    line = json.dumps(dict(run=job["run"], rb=job["rb"], what=what, pid=os.getpid(), time=time.monotonic(), **more)) + "\n"
    descriptor = os.open(job["root"] + "/chaos.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, line.encode())
    os.close(descriptor)


def wait(job, name):
    while not os.path.exists(job["root"] + "/" + name):
        time.sleep(0.02)


def ignore_term(job):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def escape(job, seconds):
    """A process that nothing ties to its job: forked twice, own session, empty environment, no descriptor."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1000)
            os.execve("/bin/sleep", ["sleep", str(seconds)], {})
        os._exit(0)
    os.wait()


def linger(job, seconds):
    """A process of its own session that ignores TERM and keeps this job's locks."""
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(seconds)
        os._exit(0)


def detach(job, seconds):
    """What a script starts for later: own session, no descriptor of ours, but our environment."""
    child = subprocess.Popen(["/bin/sleep", str(seconds)], start_new_session=True)
    note(job, "detached", child=child.pid)


def stop_self(job):
    os.kill(os.getpid(), signal.SIGSTOP)


def leave(job, code):
    os._exit(code)


def die(job, number):
    os.kill(os.getpid(), number)


def kill_parent(job):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


def broken_pipe(job):
    subprocess.run(["/bin/sh", "-c", "yes | head -1"], check=True)


def state(job):
    """How a child of this job finds its signals."""
    note(job, "signals", status=subprocess.run(["/bin/cat", "/proc/self/status"], capture_output=True, text=True).stdout)


ACTIONS = {
    "sleep": lambda job, seconds: time.sleep(seconds),
    "wait": wait,
    "ignore_term": ignore_term,
    "escape": escape,
    "linger": linger,
    "detach": detach,
    "stop_self": stop_self,
    "eat": lambda job, bytes: web_var.standard_vars.setdefault("eaten", bytearray(bytes)),
    "leave": leave,
    "die": die,
    "kill_parent": kill_parent,
    "broken_pipe": broken_pipe,
    "state": state,
}
