# SPDX-License-Identifier: Apache-2.0
"""with_pid PID PROGRAM [ARGUMENT...]: run a program as a process with this very number."""
import ctypes
import os
import struct
import sys

SYS_CLONE3 = 435
SIGCHLD = 17

pid = int(sys.argv[1])
numbers = (ctypes.c_int32 * 1)(pid)
# flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size
args = struct.pack("10Q", 0, 0, 0, 0, SIGCHLD, 0, 0, 0, ctypes.addressof(numbers), 1)
libc = ctypes.CDLL(None, use_errno=True)
child = libc.syscall(SYS_CLONE3, args, len(args))
if child < 0:
    sys.exit(f"clone3 as {pid}: {os.strerror(ctypes.get_errno())}")
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
os.waitpid(child, 0)
