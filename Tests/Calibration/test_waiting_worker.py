"""Holds waiting_worker.py to what a planted effect must be: exact, really waited for, and invisible otherwise."""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).parent
SCRIPTED = [sys.executable, str(HERE / "scripted_worker.py")]


class Worker:
    def __init__(self, *options, command=SCRIPTED):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "waiting_worker.py"), *map(str, options), "--", *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.hello = self.process.stdout.readline()

    def line(self, **request):
        self.send(**request)
        return self.process.stdout.readline()

    def send(self, **request):
        self.process.stdin.write(json.dumps({"id": 1} | request) + "\n")
        self.process.stdin.flush()

    def ask(self, **request):
        return json.loads(self.line(**request))["result"]

    def end(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(timeout=10)


def plain(*requests):
    """The lines of the scripted worker itself."""
    text = "".join(json.dumps({"id": 1} | request) + "\n" for request in requests)
    return subprocess.run(SCRIPTED, input=text, text=True, capture_output=True, check=True).stdout.splitlines(True)


LOAD = {"op": "load", "model": "/models/slow"}
GENERATE = {"op": "generate", "prompt": [1] * 32, "max_tokens": 40}
BEGIN = {"op": "begin", "prompt": [1] * 32, "max_tokens": 41}


class WaitingWorkerTests(unittest.TestCase):
    def test_times_are_longer_by_the_share_and_were_waited_for(self):
        worker = Worker("--slow", 0.5, "--model", "slow")
        worker.ask(**LOAD)
        worker.ask(**BEGIN)
        for phase, request in (("prefill", 32), ("decode", 8), ("decode", 32)):
            start = time.monotonic_ns()
            part = worker.ask(op="advance", tokens=request)
            waited = time.monotonic_ns() - start
            self.assertEqual(part["phase"], phase)
            self.assertEqual(part["elapsed_ns"], round(part["processor_ns"] * 1.5))
            self.assertGreaterEqual(waited, part["elapsed_ns"] - part["processor_ns"])
            self.assertEqual(part["token_ns"], sorted(part["token_ns"]))
            self.assertEqual(part["token_ns"][-1], part["elapsed_ns"])
        self.assertTrue(part["finished"])
        own = json.loads(plain(LOAD, GENERATE)[2])["result"]
        times = worker.ask(**GENERATE)["token_ns"]
        self.assertEqual(times, [round(value * 1.5) for value in own["token_ns"]])
        self.assertEqual(worker.end(), 0)

    def test_another_model_and_other_answers_pass_byte_for_byte(self):
        worker = Worker("--slow", 0.5, "--model", "slow")
        load = LOAD | {"model": "/models/other"}
        requests = [load, GENERATE, BEGIN, {"op": "advance", "tokens": 32}, {"op": "dance"}]
        lines = [worker.hello] + [worker.line(**request) for request in requests]
        self.assertEqual(lines, plain(*requests))
        self.assertEqual(worker.end(), 0)

    def test_a_share_of_requests_stalls_over_all_processes_by_the_seed(self):
        with tempfile.TemporaryDirectory() as folder:
            def stalls(name, seed):
                factors = []
                for _ in range(8):
                    worker = Worker("--stall", 0.4, 3, "--draws", f"{folder}/{name}", "--seed", seed)
                    worker.ask(**LOAD)
                    factors.append(round(worker.ask(op="generate", prompt=[1], max_tokens=1)["token_ns"][0] / 5e6))
                    worker.ask(op="begin", prompt=[1], max_tokens=3)
                    slices = [worker.ask(op="advance", tokens=1) for _ in range(3)]
                    own = {round(part["elapsed_ns"] / part["processor_ns"]) for part in slices}
                    self.assertEqual(len(own), 1)
                    factors += own
                    worker.end()
                return factors

            first = stalls("a", 1)
            self.assertEqual(set(first), {1, 3})
            self.assertEqual(first, stalls("b", 1))
            self.assertNotEqual(first, stalls("c", 2))

    def test_it_ends_as_the_worker_does(self):
        for request, status in (({"status": 3}, 3), ({"signal": signal.SIGKILL.value}, -signal.SIGKILL)):
            worker = Worker()
            worker.send(op="die", **request)
            self.assertEqual(worker.process.stdout.read(), "")
            self.assertEqual(worker.process.wait(timeout=10), status)
            worker.end()

    def test_end_of_input_and_sigterm_cut_a_wait_short(self):
        for ending in ("input", "signal"):
            worker = Worker("--slow", 10000)
            worker.ask(**LOAD)
            worker.send(**GENERATE)
            time.sleep(0.3)
            start = time.monotonic()
            if ending == "signal":
                worker.process.send_signal(signal.SIGTERM)
                worker.process.stdin.close()
                self.assertEqual(worker.process.wait(timeout=10), -signal.SIGTERM)
                worker.process.stdout.close()
            else:
                self.assertEqual(worker.end(), 0)
            self.assertLess(time.monotonic() - start, 5)

    def test_a_line_without_an_end_reaches_the_worker(self):
        count = [sys.executable, "-c", "import os; print('hello', flush=True); os.read(0, 100); os._exit(2)"]
        worker = Worker(command=count)
        worker.process.stdin.write("x" * 100)
        worker.process.stdin.flush()
        self.assertEqual(worker.process.wait(timeout=10), 2)
        worker.end()

    def test_a_program_that_cannot_be_started_is_named(self):
        result = subprocess.run(
            [sys.executable, HERE / "waiting_worker.py", "--", "/nowhere/worker"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere/worker could not be started", result.stderr)


if __name__ == "__main__":
    unittest.main()
