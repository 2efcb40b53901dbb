# SPDX-License-Identifier: Apache-2.0

EXTRA_DIST += \
	contrib/alternatives.md \
	contrib/bench/README.md \
	contrib/bench/bench.py \
	contrib/bench/bundles.py \
	contrib/bench/count.py \
	contrib/bench/floor.c \
	contrib/bench/net.py \
	contrib/bench/net_floor.c \
	contrib/bench/orch.py \
	contrib/bench/ovs.py \
	contrib/bench/rows.py \
	contrib/bench/runtimes.py \
	contrib/bench/timer.c \
	contrib/bench/true.c \
	contrib/build \
	contrib/check \
	contrib/debian-packages \
	contrib/install-packages \
	contrib/install-socketio \
	contrib/quickstart \
	contrib/systemd/orchctl-boot.service \
	contrib/systemd/orchctl.service

# make bench: runlet, every runc and crun on PATH, and the floor, in one interleaved run.
BENCH_FLAGS =
bench: all
	CC='$(CC)' python3 $(top_srcdir)/contrib/bench/bench.py $(BENCH_FLAGS) $(RUNTIME)

# make bench-count: what they do instead of how long it takes, which is what make bench does in an
# emulator, too. Needs no compiler.
bench-count: all
	python3 $(top_srcdir)/contrib/bench/bench.py --count $(BENCH_FLAGS) $(RUNTIME)

# make bench-net: netctl beside ip, the CNI plugins and ovs-vsctl.
bench-net: all
	CC='$(CC)' python3 $(top_srcdir)/contrib/bench/net.py $(BENCH_FLAGS) ./netctl

# make bench-orch: a monitor, orchctl serve and creating containers, beside containerd and dockerd.
bench-orch: all
	python3 $(top_srcdir)/contrib/bench/orch.py $(BENCH_FLAGS) .

.PHONY: bench bench-count bench-net bench-orch
