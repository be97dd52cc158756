#!/usr/bin/env python3
"""A worker that is slower than the one it starts: what plants an effect of known size in a real comparison.

usage: waiting_worker.py [--model NAME] [--slow SHARE] [--stall SHARE FACTOR --draws FILE [--seed N]] -- COMMAND…

Passes lines on between the runner and COMMAND, a worker of docs/worker-protocol.md. After each answer to `advance` or
`generate` it sleeps, and reports times that are longer by as much; `processor_ns` stays.

  --model NAME          only if the model folder's path ends in NAME
  --slow 0.05           every answer takes 5 % longer
  --stall 0.1 3         a tenth of requests takes three times as long
  --draws FILE          counts the requests of all processes, so that each of them is drawn anew: a worker is started
                        for each round
  --seed N              of the draws, 1 by default

A sleep may last longer than it should; only its length goes into the times, so that the effect is exact. Ends with the
status or by the signal that COMMAND ended with.
"""

import argparse
import contextlib
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading

NANOSECONDS = 1_000_000_000


class Delay:
    """How many times as long a request takes, as its operation and the model decide."""

    def __init__(self, options):
        self.options = options
        self.applies = not options.model
        self.stall = 1.0
        self.by_id = {}

    def note(self, line):
        """Reads a request before it is passed on."""
        try:
            request = json.loads(line)
            operation, identifier = request["op"], request["id"]
        except (ValueError, KeyError, TypeError):
            return
        if operation == "load":
            folder = str(request.get("model", "")).rstrip("/")
            self.applies = folder.endswith(self.options.model or "")
        if not self.applies:
            return
        if operation in ("begin", "generate"):
            self.stall = self.draw()
        if operation in ("advance", "generate") and isinstance(identifier, (int, str)):
            self.by_id[identifier] = (1 + self.options.slow) * self.stall

    def draw(self):
        share, factor = self.options.stall
        if not share:
            return 1.0
        with open(self.options.draws, "ab") as counter:
            fcntl.flock(counter, fcntl.LOCK_EX)
            counter.write(b".")
            counter.flush()
            number = os.fstat(counter.fileno()).st_size
        return factor if random.Random(f"{self.options.seed} {number}").random() < share else 1.0

    def stretch(self, line):
        """The answer as it is to be passed on, and the seconds to wait before that."""
        if not self.by_id:
            return line, 0
        try:
            answer = json.loads(line.decode(errors="replace"))
            if "piece" in answer:
                return line, 0
            factor, result = self.by_id.pop(answer.get("id"), 1), answer["result"]
            times = result["token_ns"]
            elapsed = result.get("elapsed_ns", max(times, default=0))
        except (ValueError, KeyError, TypeError, AttributeError):
            return line, 0
        if factor == 1:
            return line, 0
        longer = round(elapsed * factor)
        result["token_ns"] = [min(round(time * factor), longer) for time in times]
        if "elapsed_ns" in result:
            result["elapsed_ns"] = longer
        return json.dumps(answer, separators=(",", ":")).encode() + b"\n", (longer - elapsed) / NANOSECONDS


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data):]


def pass_requests(worker, delay, ended):
    """Copies standard input to the worker until it ends; read while an answer waits, for its end cancels that.

    In pieces as they come: a line may be longer than a worker accepts, and never end.
    """
    line = bytearray()
    with contextlib.suppress(OSError):
        while piece := os.read(sys.stdin.fileno(), 1 << 16):
            *ended_lines, rest = piece.split(b"\n")
            for part in ended_lines:
                delay.note(bytes(line) + part)
                line.clear()
            line += rest
            write_all(worker.stdin.fileno(), piece)
    ended.set()
    with contextlib.suppress(OSError):
        worker.stdin.close()


def serve(options):
    """Serves until the worker ends; returns its status, negative for a signal."""
    # The terminal sends it to the whole group; a worker ends with its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        worker = subprocess.Popen(options.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError as error:
        sys.exit(f"{options.command[0]} could not be started: {error.strerror}")
    signal.signal(signal.SIGTERM, lambda *_: worker.terminate())
    delay, ended = Delay(options), threading.Event()
    threading.Thread(target=pass_requests, args=(worker, delay, ended), daemon=True).start()
    for line in worker.stdout:
        line, seconds = delay.stretch(line)
        if seconds > 0 and ended.wait(seconds):
            break
        try:
            write_all(sys.stdout.fileno(), line)
        except OSError:
            worker.terminate()
            break
    return worker.wait()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="NAME")
    parser.add_argument("--slow", type=float, default=0, metavar="SHARE")
    parser.add_argument("--stall", type=float, nargs=2, default=(0, 1), metavar=("SHARE", "FACTOR"))
    parser.add_argument("--draws", metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    options = parser.parse_args()
    share, factor = options.stall
    if options.slow < 0 or not 0 <= share <= 1 or factor < 1:
        parser.error("times can only become longer, and a share is from 0 to 1")
    if share and not options.draws:
        parser.error("--stall needs --draws FILE")
    return options


def main():
    status = serve(parse())
    if status < 0:
        # SIGKILL has no other effect that could be reset.
        with contextlib.suppress(OSError):
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    # Not sys.exit: the thread may still wait for input.
    os._exit(abs(status))


if __name__ == "__main__":
    main()
