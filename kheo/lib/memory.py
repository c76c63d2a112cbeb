"""How much memory a process that runs for months keeps."""

import contextlib
import ctypes
import gc

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_FREED, _LARGE, _ARENAS = 256 * 1024, 128 * 1024, 1


def give_back() -> None:
    """Have the C library give freed memory back to the system; called once, before there are threads.

    glibc gives each thread a heap of its own and keeps more of it the larger the blocks are that were freed,
    up to 64 MB: what SQLite needed for one page would be held eight times. Other libraries are left alone.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, _FREED)
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_ARENA_MAX, _ARENAS)


def settle() -> None:
    """Take what is loaded now for lasting; called before other processes are forked off this one.

    Looked through at each full collection it would be written to, and no longer be shared with them; counted
    among what lives, it would let a quarter of its number gather in garbage before there is one.
    """
    gc.collect()
    gc.freeze()
