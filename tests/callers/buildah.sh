#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# buildah.sh RUNTIME: buildah's RUN with OCI isolation, and a Containerfile.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs buildah

LIMIT=60
export BUILDAH_RUNTIME=$RUNTIME BUILDAH_ISOLATION=oci
buildah()
{
	limited "$(type -P buildah)" --root "$WORK/root" --runroot "$WORK/run" \
		--storage-driver vfs "$@"
}
OPTIONS=(--isolation oci --runtime "$RUNTIME" --network none)
run() { buildah run "${OPTIONS[@]}" "$@"; }

run_prints() { prints hello run "$BOX" -- echo hello; }
run_status() { status_is 7 run "$BOX" -- sh -c 'exit 7'; }
# The runtime's message is quoted once more.
run_not_found()
{
	differs crun "says 'executable file \`nosuch\` not found in \$PATH'"
	fails_with '*nosuch*: executable file not found in $PATH*' run "$BOX" -- nosuch
}
run_not_executable()
{
	differs crun "says 'open executable: Permission denied'"
	fails_with '*notexec*: permission denied*' run "$BOX" -- /etc/notexec
}
run_options()
{
	prints 'b /tmp 1000 name' run --env A=b --workingdir /tmp --user web --hostname name "$BOX" -- \
		sh -c 'echo $A $PWD $(id -u) $(hostname)'
}
run_stdin() { echo typed | prints typed run "$BOX" -- head -n 1; }
run_output()
{
	run "$BOX" -- sh -c 'dd if=/dev/zero bs=64k count=64 2> /dev/null; echo e >&2' \
		> "$WORK/out" 2> "$WORK/err"
	is "$(stat -c %s "$WORK/out") $(cat "$WORK/err")" '4194304 e'
}
run_tty()
{
	like "$(in_terminal "$(type -P buildah)" --root "$WORK/root" --runroot "$WORK/run" \
		--storage-driver vfs run "${OPTIONS[@]}" --terminal "$BOX" -- \
		sh -c 'test -t 0 && echo yes')" '*yes*'
}
run_volume()
{
	echo of-host > "$WORK/file"
	prints of-host run --volume "$WORK/file:/file:ro" "$BOX" -- cat /file
}
run_net_host()
{
	prints "$(readlink /proc/self/ns/net)" buildah run --isolation oci --runtime "$RUNTIME" \
		--network host "$BOX" -- readlink /proc/self/ns/net
}
run_caps()
{
	prints 0 run --cap-drop CAP_CHOWN "$BOX" -- \
		sh -c 'set -- $(grep CapEff /proc/self/status); echo $((0x$2 & 1))'
}
run_writes()
{
	run "$BOX" -- sh -c 'echo kept > /kept'
	prints kept run "$BOX" -- cat /kept
}
run_killed()
{
	status_is 137 run "$BOX" -- sh -c 'sleep 1000 & kill -9 $!; wait $!'
}
builds()
{
	mkdir "$WORK/context"
	echo of-context > "$WORK/context/file"
	cat > "$WORK/context/Containerfile" <<-END
		FROM oci:$WORK/image:box
		COPY file /file
		RUN cat /file > /copied && id -u > /id
		USER web
		WORKDIR /tmp
		RUN echo "\$PWD \$(id -u)" > /tmp/who
	END
	buildah build --isolation oci --runtime "$RUNTIME" --network none --pull-never \
		-t localhost/built "$WORK/context"
	name=$(buildah from --pull-never localhost/built)
	prints $'of-context\n0\n/tmp 1000' run "$name" -- cat /copied /id /tmp/who
}
build_fails()
{
	mkdir "$WORK/context2"
	printf '%s\n' "FROM oci:$WORK/image:box" 'RUN exit 3' > "$WORK/context2/Containerfile"
	fails_with '*exit status 3*' buildah build --isolation oci --runtime "$RUNTIME" \
		--network none --pull-never "$WORK/context2"
}
# Buildah names no cgroup, so the runtime makes one of the container's name, "buildah-...".
cgroups_left() { cgroups '*/buildah-*' | xargs -r -I {} find {} -maxdepth 0 -newer "$WORK/began"; }
ends()
{
	buildah rm -a
	umount "$WORK/root" "$WORK/root/vfs" 2> /dev/null || :	# buildah's mounts of its own storage
	leaves_nothing
}

touch "$WORK/began"
make_image "$WORK/image"
BOX=$(buildah from "oci:$WORK/image:box" 2> "$WORK/from.log") ||
	skip_all "buildah from fails: $(tail -n 1 "$WORK/from.log")"
echo "caller $(buildah --version | awk '{ print "buildah", $3 }')"

cases 'run prints' run_prints \
	'run returns the status' run_status \
	'run of a missing program' run_not_found \
	'run of a file that is no program' run_not_executable \
	'run --env --workingdir --user --hostname' run_options \
	'run with stdin' run_stdin \
	'run: 4 MiB of output, both streams' run_output \
	'run --terminal' run_tty \
	'run --volume' run_volume \
	'run --network host' run_net_host \
	'run --cap-drop' run_caps \
	'run writes to the container' run_writes \
	'run of what is killed' run_killed \
	'build' builds \
	'build with a failing RUN' build_fails \
	'nothing is left' ends
