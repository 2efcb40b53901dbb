#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""images.py DIR CASE [gzip|zstd|none]: an OCI layout with the image CASE, tagged "1"."""
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

OUTSIDE = os.environ.get("OUTSIDE", "/nowhere")
BUSYBOX = os.path.realpath("/usr/bin/busybox" if os.path.exists("/usr/bin/busybox") else "/bin/busybox")
TYPES = {"dir": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE,
         "fifo": tarfile.FIFOTYPE, "char": tarfile.CHRTYPE, "block": tarfile.BLKTYPE}


def entry(name, kind="file", data=b"", **more):
    e = tarfile.TarInfo(name)
    e.type = TYPES.get(kind, tarfile.REGTYPE)
    e.mode = more.get("mode", 0o755 if kind == "dir" else 0o644)
    e.uid, e.gid, e.mtime = more.get("uid", 0), more.get("gid", 0), more.get("mtime", 1000000000)
    e.linkname = more.get("to", "")
    e.devmajor, e.devminor = more.get("dev", (0, 0))
    e.pax_headers = {"SCHILY.xattr." + k: v for k, v in more.get("xattrs", {}).items()} | more.get("pax", {})
    e.size = len(data)
    return e, data


def tar(entries, form=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as t:
        for e, data in entries:
            t.addfile(e, io.BytesIO(data))
    return out.getvalue()


def base():
    with open(BUSYBOX, "rb") as f:
        busybox = f.read()
    yield entry("./", "dir")
    for name in ("bin", "dev", "etc", "proc", "sys", "data", "gone", "kept"):
        yield entry("./" + name, "dir")
    yield entry("tmp", "dir", mode=0o1777)
    yield entry("bin/busybox", data=busybox, mode=0o755)
    for name in ("sh", "cat", "echo", "id", "ls", "sleep", "stat", "test", "touch", "ln", "seq"):
        yield entry("bin/" + name, "link", to="busybox")
    yield entry("bin/hard", "hard", to="bin/busybox")
    yield entry("etc/passwd", data=b"root:x:0:0::/root:/bin/sh\nweb:x:1000:1001::/w:/bin/sh\n")
    yield entry("etc/group", data=b"root:x:0:\nweb:x:1001:\nextra:x:77:web\n")
    yield entry("data/old", data=b"old")
    yield entry("data/owned", data=b"x", uid=123456, gid=7, mode=0o640)
    yield entry("data/suid", data=b"x", uid=5, mode=0o4755)
    yield entry("data/n\u00e4me", data=b"x", xattrs={"user.color": "blue", "trusted.overlay.redirect": "/etc",
                                                "user.overlay.opaque": "y", "security.selinux": "evil"})
    yield entry("data/pipe", "fifo", mode=0o600)
    yield entry("data/null", "char", dev=(1, 3))
    yield entry("data/disk", "block", dev=(8, 0))
    yield entry("gone/a", data=b"a")
    yield entry("kept/a", data=b"a")


def upper():
    yield entry("data/.wh.old")
    yield entry("gone", "dir", mode=0o700)
    yield entry("gone/.wh..wh..opq")
    yield entry("gone/new", data=b"new")
    # In the layer itself a file and its whiteout: the file is there.
    yield entry("kept/b", data=b"b")
    yield entry("kept/.wh.b")
    yield entry("kept/.wh..wh.plnk")


def sparse_header():
    e, _ = entry("huge")
    e.size = 1 << 60
    return e.tobuf(tarfile.PAX_FORMAT) + b"\0" * 1024


def truncated():
    return tar([entry("a", data=b"x" * 5000)])[:3000]


# What a stranger's layer may try; each is the one layer of an image.
HOSTILE = {
    "absolute": [entry("/evil", data=b"x")],
    "dotdot": [entry("../../../evil", data=b"x")],
    "dotdot-inside": [entry("a/../../evil", data=b"x")],
    "symlink-absolute": [entry("l", "link", to=OUTSIDE), entry("l/evil", data=b"x")],
    "symlink-relative": [entry("l", "link", to="../" * 40 + OUTSIDE[1:]), entry("l/evil", data=b"x")],
    "symlink-over": [entry("l", "link", to=OUTSIDE + "/victim"), entry("l", data=b"evil")],
    "symlink-dir-over": [entry("l", "link", to=OUTSIDE), entry("l", "dir", mode=0o700)],
    "symlink-whiteout": [entry("l", "link", to=OUTSIDE), entry("l/.wh.victim")],
    "symlink-opaque": [entry("l", "link", to=OUTSIDE), entry("l/.wh..wh..opq")],
    "hardlink-absolute": [entry("l", "hard", to=OUTSIDE + "/victim")],
    "hardlink-dotdot": [entry("l", "hard", to="../" * 40 + OUTSIDE[1:] + "/victim")],
    "hardlink-symlink": [entry("s", "link", to=OUTSIDE), entry("l", "hard", to="s/victim"), entry("l", data=b"evil")],
    "hardlink-to-symlink": [entry("s", "link", to=OUTSIDE + "/victim"), entry("l", "hard", to="s"), entry("l", data=b"evil")],
    "hardlink-dir": [entry("d", "dir"), entry("l", "hard", to="d")],
    "whiteout-dotdot": [entry("a/.wh...")],
    "whiteout-nothing": [entry(".wh.")],
    "device-whiteout": [entry("w", "char", dev=(0, 0)), entry("d", "char", dev=(1, 1))],
    "fifo": [entry("p", "fifo"), entry("p", data=b"x")],
    "uid": [entry("f", data=b"x", uid=(1 << 32) - 1)],
    "root-file": [entry(".", data=b"x")],
    "long-name": [entry("n" * 300, data=b"x")],
    "deep": [entry("d/" * 1000 + "f", data=b"x"), entry("d", data=b"x")],
    "newline": [entry("a\nlevel=fatal\n/../evil", data=b"x")],
    "symlink-swap": [entry("d", "dir"), entry("d/f", data=b"x"), entry("d", "link", to=OUTSIDE), entry("d/evil", data=b"x"),
                     entry("d/.wh.victim"), entry("d/victim", "hard", to="d/evil")],
}
# What comes more than once: the last one counts, and what was there before goes.
TWICE = [entry("file", data=b"old"), entry("link", "hard", to="file"), entry("file", data=b"new"),
         entry("d", "dir"), entry("d/old", data=b"x"), entry("d", data=b"x"), entry("d", "dir"), entry("d/new", data=b"x"),
         entry("up", "link", to="d"), entry("up", "dir"), entry("up/f", data=b"x"),
         entry("e", "dir", xattrs={"trusted.overlay.opaque": "y"}, pax={
             "LIBARCHIVE.xattr.trusted.overlay.redirect": "L2V0Yw", "LIBARCHIVE.xattr.user%2Eoverlay.opaque": "eQ",
             "LIBARCHIVE.xattr.user.kind": "Z29vZA"})]
RAW = {
    "huge": sparse_header(),
    "truncated": truncated(),
    "garbage": b"this is no archive at all" * 100,
    "bomb": None,  # made while it is written
    "many": None,
}


def compress(data, how):
    if how == "gzip":
        return gzip.compress(data, 1), "+gzip"
    if how == "zstd":
        return subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout, "+zstd"
    return data, ""


def main():
    out, case = sys.argv[1], sys.argv[2]
    how = sys.argv[3] if len(sys.argv) > 3 else "gzip"
    blobs = out + "/blobs/sha256/"
    os.makedirs(blobs, exist_ok=True)

    def blob(data):
        digest = hashlib.sha256(data).hexdigest()
        with open(blobs + digest, "wb") as f:
            f.write(data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    if case in ("good", "changed", "bad-diff-id", "bad-blob", "root-opaque", "no-config"):
        layers = [tar(base()), tar(upper())]
    elif case in HOSTILE:
        layers = [tar(HOSTILE[case])]
    elif case == "twice":
        layers = [tar(TWICE)]
    elif case == "many":  # a million and one
        layers = [tar([entry(".wh..wh.x")])[:512] * 1000001 + bytes(1024)]
    elif case == "bomb":
        layers = [tar([entry("zeros", data=bytes(256 << 20))])]
    else:
        layers = [RAW[case]]
    if case == "changed":
        layers.append(tar([entry("data/changed", data=b"x")]))
    if case == "root-opaque":
        layers.append(tar([entry(".wh..wh..opq")] + list(base())))
    descriptors, ids = [], []
    for layer in layers:
        data, suffix = compress(layer, how)
        descriptors.append({"mediaType": "application/vnd.oci.image.layer.v1.tar" + suffix, **blob(data)})
        ids.append("sha256:" + hashlib.sha256(layer).hexdigest())
    if case == "bad-diff-id":
        ids[0] = "sha256:" + "0" * 64
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ids}}
    if case != "no-config":
        config["config"] = {"User": "web", "Env": ["PATH=/bin", "A=b"], "Entrypoint": ["/bin/sh", "-c"],
                            "Cmd": [os.environ.get("SCRIPT", "sleep 1000")], "WorkingDir": "/data"}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                           **blob(json.dumps(config).encode())}, "layers": descriptors}
    index = {"schemaVersion": 2, "manifests": [{"mediaType": manifest["mediaType"],
             "annotations": {"org.opencontainers.image.ref.name": "1"}, **blob(json.dumps(manifest).encode())}]}
    if case == "bad-blob":
        with open(blobs + descriptors[0]["digest"][7:], "r+b") as f:
            f.seek(100)
            f.write(b"changed")
    with open(out + "/index.json", "w") as f:
        json.dump(index, f)
    with open(out + "/oci-layout", "w") as f:
        json.dump({"imageLayoutVersion": "1.0.0"}, f)


if len(sys.argv) == 2 and sys.argv[1] == "--hostile":
    print("\n".join(HOSTILE))
else:
    main()
