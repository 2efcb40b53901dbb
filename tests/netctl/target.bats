#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The network namespace of a container, as an OCI runtime knows it.
load helpers

RUNLET=$BATS_TEST_DIRNAME/../../runlet

test_setup()
{
	# A runtime that answers for the container "web", as runlet does, and for "gone".
	cat > "$WORK/runtime" <<-EOS
	#!/bin/sh
	[ "\$1 \$2" = "--root $WORK/root" ] && shift 2
	case "\$*" in
	"state -- web") echo '{"ociVersion":"1.2.0","id":"web","status":"running","pid":'\$(cat "$WORK/pid")',"bundle":"/b"}' ;;
	"state -- gone") echo '{"id":"gone","status":"stopped","pid":0}' ;;
	"state -- odd") echo 'no JSON' ;;
	*) echo 'container does not exist' >&2; exit 1 ;;
	esac
	EOS
	chmod +x "$WORK/runtime"
	background_at "$INSIDE" sleep 100
	echo "$BG" > "$WORK/pid"
}

with_runtime() { netctl --runtime "$WORK/runtime" --runtime-root "$WORK/root" "$@"; }

@test "a container's namespace by its id" {
	wire
	with_runtime macvlan add --parent eth0 --container web eth0
	[[ $(links "$INSIDE") == eth0 ]]
	[[ $(with_runtime link show --container web --json eth0 | jq -r '.[0].kind') == macvlan ]]
	with_runtime macvlan del --container web eth0
}

@test "containers that are not there, or have no process" {
	fails 'container nix: container does not exist$' with_runtime link show --container nix
	fails 'container gone: it has no process' with_runtime link show --container gone
	fails 'container odd: ' with_runtime link show --container odd
	fails 'runtime /nix: no such file' netctl --runtime /nix link show --container web
	fails 'runtime no-such-runtime: no such program' netctl --runtime no-such-runtime link show --container web
}

@test "runlet itself is asked" {
	[[ -x $RUNLET ]] || skip "runlet is not built"
	fails 'container nix: container does not exist$' netctl --runtime "$RUNLET" --runtime-root "$WORK/empty" link show --container nix
}
