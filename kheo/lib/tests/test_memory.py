"""What a process that runs for months keeps."""

import gc
import platform
import subprocess
import sys

import pytest

from kheo.lib import memory

# Eight threads take memory of the C library at the same time; told is in how many heaps it lies. A heap of a
# thread begins at a multiple of 64 MB.
THREADS = """
import ctypes, sys, threading
from kheo.lib import memory
if sys.argv[1] == "yes":
    memory.give_back()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
together, heaps = threading.Barrier(8), set()
def take():
    together.wait()
    heaps.add(libc.malloc(4096) >> 26)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(len(heaps))
"""


def heaps(given_back):
    told = subprocess.run(
        [sys.executable, "-c", THREADS, given_back], capture_output=True, text=True, check=True
    )
    return int(told.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep no heap a thread")
def test_threads_share_one_heap():
    assert heaps("no") > 1
    assert heaps("yes") == 1


def test_what_is_loaded_is_not_looked_through_again():
    try:
        memory.settle()
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < 10_000
    finally:
        gc.unfreeze()
