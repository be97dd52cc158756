#!/usr/bin/env python3
"""A worker with a planted leak: the program's own worker behind a process that keeps memory with each request.

It is named by RESIDENT_WORKER. PROGRAM is the program. The model folder `candidate` is served with the leak that LEAK names,
every other one without: `used` keeps LEAK_BYTES per generation in use, `unused` touches them once and never again and lets
the system page them out.
"""
import mmap
import os
import subprocess
import sys
import threading

size = int(os.environ.get("LEAK_BYTES", "65536"))
kind = os.environ.get("LEAK", "none")
worker = subprocess.Popen([os.environ["PROGRAM"], "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
kept = []
leaks = False


def answers():
    for line in worker.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


thread = threading.Thread(target=answers, daemon=True)
thread.start()
for line in sys.stdin.buffer:
    if b'"op":"load"' in line:
        leaks = kind != "none" and b'/candidate"' in line.replace(b"\\/", b"/")
    if leaks and b'"op":"generate"' in line:
        if kind == "used":
            kept.append(bytearray(os.urandom(size)))
            for buffer in kept:
                buffer[0] ^= 1
        else:
            buffer = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            buffer[:] = os.urandom(size)
            try:
                buffer.madvise(21)  # MADV_PAGEOUT
            except OSError:
                pass  # Without swap there is nowhere to go.
            kept.append(buffer)
    try:
        worker.stdin.write(line)
        worker.stdin.flush()
    except BrokenPipeError:
        break
worker.stdin.close()
status = worker.wait()
thread.join()
sys.exit(status if status >= 0 else 128 - status)
