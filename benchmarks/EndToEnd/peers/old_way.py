"""A daemon and a program per run as the former system was built, reduced to what it must do.

old_way.py daemon PORT   consumes /queue/OldPending, starts `old_way.py run PORT FILE` for each message
old_way.py run PORT FILE imports stomp, connects, tells Started, runs the script in its own process, copies the results
                         to storage, tells Complete
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import stomp


def connect(port):
    connection = stomp.Connection12([("127.0.0.1", port)])
    connection.connect(wait=True)
    return connection


class Listener(stomp.ConnectionListener):
    def __init__(self, port, connection):
        self.port, self.connection = port, connection

    def on_message(self, frame):
        handle, path = tempfile.mkstemp(dir=os.environ["OLD_WAY_DIRECTORY"])
        with os.fdopen(handle, "w") as file:
            file.write(frame.body)
        subprocess.Popen([sys.executable, os.path.abspath(__file__), "run", str(self.port), path])
        self.connection.ack(frame.headers["ack"])


def daemon(port):
    connection = connect(port)
    connection.set_listener("", Listener(port, connection))
    connection.subscribe("/queue/OldPending", id="1", ack="client-individual")
    while True:
        time.sleep(60)


def run(port, path):
    with open(path) as file:
        message = json.load(file)
    connection = connect(port)
    connection.send("/queue/OldStarted", json.dumps(message), headers={"persistent": "true"})
    output = tempfile.mkdtemp(dir=os.environ["OLD_WAY_DIRECTORY"]) + "/"
    module = {"__name__": "reducescript"}
    exec(compile(message["reduction_script"], "reduce.py", "exec"), module)
    module["main"](input_file=message["data"], output_dir=output)
    shutil.copytree(output, os.path.join(os.environ["OLD_WAY_DIRECTORY"], "results", os.path.basename(output[:-1])))
    shutil.rmtree(output)
    message["reduction_data"] = [output]
    connection.send("/queue/ReductionComplete", json.dumps(message), headers={"persistent": "true"})
    connection.disconnect()


if __name__ == "__main__":
    if sys.argv[1] == "daemon":
        daemon(int(sys.argv[2]))
    else:
        run(int(sys.argv[2]), sys.argv[3])
