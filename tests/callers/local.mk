# SPDX-License-Identifier: Apache-2.0

CALLERS = \
	tests/callers/buildah.sh \
	tests/callers/containerd.sh \
	tests/callers/cri.sh \
	tests/callers/docker.sh \
	tests/callers/podman.sh \
	tests/callers/podman_rootless.sh \
	tests/callers/readme.sh \
	tests/callers/thunder.sh \
	tests/callers/user.sh
EXTRA_DIST += $(CALLERS) \
	tests/callers/box.bash \
	tests/callers/compare \
	tests/callers/cri.py \
	tests/callers/host.bash \
	tests/callers/lib.bash \
	tests/callers/user.bats
