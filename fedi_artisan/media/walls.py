"""Walls around the process that decodes pictures: it reads the program itself and the system's libraries, no more.

Should a flaw in a decoder let a photograph do what it wants there, it finds no data folder, no configuration, no other
process to look into and nobody to send anything to. Linux builds them from version 5.13 on, those against connections
from 6.7; where it cannot, or where somebody forbids it, the other limits of the process hold alone.

Source: https://docs.kernel.org/userspace-api/landlock.html; linux/landlock.h.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import fedi_artisan

# The numbers of these calls are the same on every kind of machine.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WHICH_VERSION = 1
_PR_SET_NO_NEW_PRIVS = 38
_PATH_BENEATH = 1

_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
# What can be forbidden about files, about connections, and about other processes, by the version that first knew it.
_OF_FILES = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_OF_CONNECTIONS = ((4, 0b11),)
_OF_PROCESSES = ((6, 0b11),)

# Where libraries lie, how they are found, and what the drawing of letters asks for.
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/etc/fonts")
_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom")
_OF_PACKAGES = {"site-packages", "dist-packages"}


class _Ruleset(ctypes.Structure):
    """What is forbidden; as Linux has it."""

    _fields_ = (("files", ctypes.c_uint64), ("connections", ctypes.c_uint64), ("processes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    """What is allowed below an open folder, or for an open file; as Linux has it."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def build() -> bool:
    """Shut this process in, for good, and whatever it starts; return whether that could be done.

    What is open already stays open.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _WHICH_VERSION)
    if version < 1:
        return False
    known = _Ruleset(*(_known(table, version) for table in (_OF_FILES, _OF_CONNECTIONS, _OF_PROCESSES)))
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(known), ctypes.c_size_t(ctypes.sizeof(known)), 0)
    if ruleset < 0:
        return False
    try:
        for path in _readable():
            _allow(libc, ruleset, path)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _known(table: tuple[tuple[int, int], ...], version: int) -> int:
    """Return all that this version of Linux can forbid."""
    return sum(bits for since, bits in table if since <= version)


def _readable() -> Iterator[Path]:
    """Yield what may be read: the system's libraries, Python, its packages, and ours."""
    yield from map(Path, (*_SYSTEM, *_FILES, sys.prefix, sys.base_prefix))
    package = Path(fedi_artisan.__file__).parent
    yield package
    # In a checkout the data folder may lie beside the package: what stands on the way to it is not on the list.
    yield from (Path(one) for one in sys.path if one and (Path(one) != package.parent or _has_packages(Path(one))))


def _has_packages(folder: Path) -> bool:
    return folder.name in _OF_PACKAGES


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    """Let what lies at *path* be read, if there is anything."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        reading = _READ_FILE | _READ_FOLDER if path.is_dir() else _READ_FILE
        rule = _Beneath(reading, opened)
        libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
