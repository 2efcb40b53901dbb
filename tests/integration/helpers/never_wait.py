# SPDX-License-Identifier: Apache-2.0
"""never_wait RUNTIME ROOT BUNDLE ID PID_FILE [EXEC...]: a subreaper which runs a container, and
EXEC in it if given, and reaps nothing."""
import ctypes
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36

ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
runtime, root, bundle, id_, pid_file = sys.argv[1:6]
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "check": True}
subprocess.run([runtime, "--root", root, "create", "--bundle", bundle, "--pid-file", pid_file, id_],
               **quiet)
subprocess.run([runtime, "--root", root, "start", id_], **quiet)
if sys.argv[6:]:
    subprocess.run([runtime, "--root", root, "exec", "--detach", id_] + sys.argv[6:], **quiet)
time.sleep(1000)
