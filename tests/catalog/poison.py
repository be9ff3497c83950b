"""What tests let a limited child do. Importable by name: the child knows nothing else."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from schemas.errors import Gone


def pid() -> int:
    return os.getpid()


def add(one: int, other: int) -> int:
    return one + other


def take(count: int) -> int:
    """Memory that is really used."""
    return len(bytearray(count))


def compute() -> None:
    while True:
        pass


def compute_for(seconds: float) -> int:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return os.getpid()


def wait(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def announce_and_compute(path: str) -> None:
    Path(path).write_text(str(os.getpid()), encoding="ascii")
    compute()


def end(status: int) -> None:
    os._exit(status)


def kill_myself(signal_number: int) -> None:
    os.kill(os.getpid(), signal_number)
    time.sleep(30)


def complain_without_memory() -> None:
    """What Rust does when it gets none."""
    os.write(2, b"memory allocation of 536870912 bytes failed\n")
    os.abort()


def complain_much() -> str:
    for _ in range(2000):
        sys.stderr.write("x" * 1000)
    print("y" * 10_000)
    return "done"


class Unspeakable(Exception):
    """Cannot be pickled."""

    def __init__(self) -> None:
        super().__init__("cannot travel")
        self.lock = threading.Lock()


def refuse() -> None:
    raise Gone("projekte", reason="Name", at="2026-11-22")


def refuse_unspeakably() -> None:
    raise Unspeakable


def leave() -> None:
    sys.exit(3)


def give_a_lock() -> object:
    return threading.Lock()


def environment() -> dict[str, str]:
    return dict(os.environ)


def open_files() -> list[str]:
    """What the file descriptors lead to, the listing's own left out."""
    folder = "/proc/self/fd"
    found = []
    for name in os.listdir(folder):
        try:
            found.append(os.readlink(f"{folder}/{name}"))
        except FileNotFoundError:
            continue
    return sorted(found)


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


def open_database(path: str) -> None:
    sqlite3.connect(path).close()


def start_a_process() -> None:
    subprocess.run(["true"], check=True)


def mistake_memory_for_a_fault() -> None:
    """What libraries do: `except Exception`."""
    try:
        bytearray(2**40)
    except MemoryError as error:
        raise ValueError("not a workbook") from error


def load_without_room() -> None:
    raise ImportError("libarrow.so: failed to map segment from shared object")


def notes(path: Path) -> list[tuple[str, str]]:
    import frictionless

    report = frictionless.Resource(path.name, basepath=str(path.parent)).validate()
    return [(each.type, each.note) for task in report.tasks for each in task.errors]


def errors_of_package(path: Path) -> list[str]:
    import frictionless

    try:
        report = frictionless.Package.from_descriptor(json.loads(path.read_bytes()), basepath=str(path.parent)).validate()
    except frictionless.FrictionlessException as error:
        return [str(error)]
    return [each.message for task in report.tasks for each in task.errors] + [each.message for each in report.errors]


def trust() -> bool:
    import frictionless

    return frictionless.system.trusted


def trust_and_fail() -> None:
    import frictionless

    try:
        with frictionless.system.use_context(trusted=True):
            raise ValueError
    except ValueError:
        pass
