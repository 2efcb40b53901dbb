# SPDX-License-Identifier: Apache-2.0
"""keyring NAME UID COMMAND...: with a session keyring of its own, in which UID has a key called NAME.

Only who possesses the key sees it in /proc/keys: whose session keyring it is in.
"""
import ctypes
import os
import platform
import sys

JOIN_SESSION_KEYRING, CHOWN, SETPERM, SESSION_KEYRING = 1, 4, 5, -3
POSSESSOR_ALL = 0x3F000000
ADD_KEY, KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[platform.machine()]

libc = ctypes.CDLL(None, use_errno=True)


def call(*args):
    r = libc.syscall(*args)
    if r < 0:
        sys.exit(f"keyring: {os.strerror(ctypes.get_errno())}")
    return r


name = sys.argv[1].encode()
call(KEYCTL, JOIN_SESSION_KEYRING, None)
key = call(ADD_KEY, b"user", name, b"secret", 6, SESSION_KEYRING)
call(KEYCTL, SETPERM, key, POSSESSOR_ALL)
call(KEYCTL, CHOWN, key, int(sys.argv[2]), -1)
os.execvp(sys.argv[3], sys.argv[3:])
