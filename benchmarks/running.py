"""Servers to measure: started, asked on loopback, looked at, ended by the process that was started."""

import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 600.0  #: seconds; a first index over 100,000 data sets takes its time


@contextmanager
def server(command: list[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - started > _PATIENCE:
                raise RuntimeError(f"{command} does not answer")
            time.sleep(0.01)
        yield process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(port: int, path: str) -> bool:
    try:
        return bool(get(port, path))
    except OSError:
        return False


def get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        content: bytes = answer.read()
        return content


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1000 if match else float("nan")


def peak_megabytes() -> float:
    """The most that this process alone ever had resident: `getrusage` goes on counting what its parent had when it started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1000 if found else float("nan")


def cpu_seconds() -> float:
    """Of this process and its children so far; children that live are counted where the system has /proc."""
    ticks = os.sysconf("SC_CLK_TCK")
    living = [Path(f"/proc/{each}/stat") for task in Path("/proc/self/task").glob("*/children") for each in task.read_text().split()]
    # Fields 14 and 15 (proc(5)); the name in brackets before them may hold blanks.
    spent = [each.read_text().rpartition(")")[2].split()[11:13] for each in living]
    times = os.times()
    return time.process_time() + times.children_user + times.children_system + sum(int(tick) for pair in spent for tick in pair) / ticks
