"""stomp.py under the same load as the client of this project: PORT QUEUE; "consume|send COUNT BYTES" on standard input."""
import sys
import threading
import time

import stomp

WAIT = 600


class Counter(stomp.ConnectionListener):
    """Acknowledges messages, counts receipts, and tells when there are enough."""

    def __init__(self, connection, count):
        self.connection, self.count, self.seen = connection, count, 0
        self.enough, self.goodbye = threading.Event(), threading.Event()

    def on_message(self, frame):
        self.connection.ack(frame.headers["ack"])
        self.tick()

    def on_receipt(self, frame):
        if frame.headers["receipt-id"] == "goodbye":
            self.goodbye.set()
        elif frame.headers["receipt-id"].startswith("n"):
            self.tick()

    def tick(self):
        self.seen += 1
        if self.seen == self.count:
            self.enough.set()


def one_round(port, queue, verb, count, size):
    """Wall-clock and processor seconds from the first frame to the receipt of DISCONNECT."""
    connection = stomp.Connection12([("127.0.0.1", port)], heartbeats=(0, 0))
    counter = Counter(connection, count)
    connection.set_listener("counter", counter)
    connection.connect(wait=True)
    began, processor = time.perf_counter(), time.process_time()
    if verb == "consume":
        connection.subscribe(queue, id="s", ack="client-individual", headers={"count": str(count), "size": str(size)})
    else:
        body = "x" * size
        for number in range(count):
            connection.send(queue, body, content_type="application/json", persistent="true", receipt=f"n{number}")
    if not counter.enough.wait(WAIT):
        sys.exit(f"only {counter.seen} of {count} came")
    connection.disconnect(receipt="goodbye")
    if not counter.goodbye.wait(WAIT):
        sys.exit("DISCONNECT was not confirmed")
    return time.perf_counter() - began, time.process_time() - processor


def main():
    port, queue = int(sys.argv[1]), sys.argv[2]
    for line in sys.stdin:
        verb, count, size = line.split()
        print(*one_round(port, queue, verb, int(count), int(size)), flush=True)


main()
