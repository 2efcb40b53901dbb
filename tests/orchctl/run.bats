#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# run, inspect and delete: containers as whoever is root on the host asks for, 0-OS's contract.

load helpers

setup_file()
{
	local tool root=$BATS_FILE_TMPDIR/root

	for tool in umoci skopeo; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	mkdir -p "$root"/{bin,data,dev,etc,proc,sys,tmp}
	cp "$(realpath "$(command -v busybox)")" "$root/bin/busybox"
	chroot "$root" /bin/busybox --install -s /bin
	printf 'root:x:0:0::/:/bin/sh\nweb:x:1000:1001::/:/bin/sh\n' > "$root/etc/passwd"
	umoci init --layout "$BATS_FILE_TMPDIR/image"
	umoci new --image "$BATS_FILE_TMPDIR/image:latest"
	umoci insert --image "$BATS_FILE_TMPDIR/image:latest" "$root" /
	umoci config --image "$BATS_FILE_TMPDIR/image:latest" --config.entrypoint /bin/sh --config.entrypoint -c \
		--config.cmd 'trap "exit 0" TERM; sleep 1000 & wait' --config.env PATH=/bin --config.env A=1
}

test_setup()
{
	IMAGE=oci:$BATS_FILE_TMPDIR/image:latest
}

# inspected NAME EXPRESSION: jq's expression is true of the container
inspected()
{
	ack ".[0] | $2" "$(orchctl inspect "$1")"
}

# in_container NAME COMMAND...
in_container()
{
	local name=$1
	shift
	on_host "$BUILD/runlet" --root "$RUN/runtime/$NS" exec "$name" "$@"
}

is_in() { [[ $(orchctl inspect "$1" | jq -r '.[0].state') == "$2" ]]; }

# bundle_at DIRECTORY
bundle_at()
{
	mkdir -p "$1"
	cp -a "$BATS_FILE_TMPDIR/root" "$1/rootfs"
	"$BUILD/runlet" spec --bundle "$1"
	jq '.hostname = "theirs" | .process.terminal = false | .process.args = ["/bin/sleep", "1000"]
		| .process.env = ["PATH=/bin", "THEIRS=1"] | .root.readonly = false' "$1/config.json" > "$1/new"
	mv "$1/new" "$1/config.json"
}

@test "an image with all that 0-OS's contract names, seen and deleted" {
	mkdir "$WORK/data"
	echo hello > "$WORK/data/file"
	FROM_HERE=here run --separate-stderr -0 orchctl run -d --name web -e A=2 -e FROM_HERE -e GONE --tag one --tag two \
		--label site=7 -v "$WORK/data:/data:ro" \
		--mount type=tmpfs,target=/tmp/scratch,tmpfs-size=1m,noexec --network none \
		"$IMAGE" 'echo "$A $FROM_HERE ${GONE-none}" > /said; exec sleep 1000'
	[[ $output == web && -z $stderr ]]
	inspected web '.id == "web" and .name == "web" and .state == "running" and .tags == ["one", "two"]'
	inspected web '.image == "'"$IMAGE"'" and .labels.site == "7" and .network.mode == "none"'
	inspected web '.mounts == [
		{"target":"/tmp/scratch","type":"tmpfs","options":["size=1m","noexec"]},
		{"source":"'"$WORK"'/data","target":"/data","type":"bind","options":["ro","rbind"]}]'
	inspected web '.env == ["A=2","FROM_HERE=here"] and .restart == "no"
		and .args == ["echo \"$A $FROM_HERE ${GONE-none}\" > /said; exec sleep 1000"]'
	inspected web ".log == \"$LOGS/$NS/web.log\" and .ns == \"$NS\" and .pid > 0"
	wait_for 10 test -s "$STATE/containers/$NS/web/upper/said"
	[[ $(< "$STATE/containers/$NS/web/upper/said") == '2 here none' ]]
	[[ $(in_container web cat /data/file) == hello ]]
	run ! in_container web touch /data/new
	[[ $(in_container web df -k /tmp/scratch) == *1024* ]]
	[[ $(in_container web ls /sys/class/net) == lo ]]
	[[ $(orchctl list -q) == web ]]
	[[ $(jq -r '.annotations.site' "$STATE/containers/$NS/web/config.json") == 7 ]]

	run --separate-stderr -0 orchctl delete web
	[[ $output == web ]]
	run -1 orchctl inspect web
	[[ $output == *'Container web does not exist' ]]
	run -1 orchctl delete web
	[[ $output == *'Container web does not exist' ]]
	run -0 orchctl delete --force web
	[[ -z $output && ! -e $LOGS/$NS/web.log && $(< "$WORK/data/file") == hello ]]
	run -0 orchctl audit list
	[[ $output == *'create'*web*'delete'*web* ]]
	orchctl audit verify
}

@test "a namespace that is prepared is joined, and left as it is" {
	local before

	on_host ip netns add prepared
	on_host ip -n prepared link add eth0 type veth peer name other
	on_host ip -n prepared address add 10.1.1.2/24 dev eth0
	on_host ip -n prepared link set eth0 up
	before=$(on_host ip -n prepared -o addr)
	run -0 orchctl run --name tenant --network ns:/run/netns/prepared "$IMAGE"
	inspected tenant '.network == {"mode":"path","namespace":"/run/netns/prepared"}'
	[[ $(in_container tenant ip -4 -o addr show dev eth0) == *10.1.1.2/24* ]]
	# Not even the loopback interface is brought up.
	[[ $(in_container tenant ip -o link show lo) == *'<LOOPBACK>'* ]]
	device stop_device tenant
	device start_device tenant
	[[ $(in_container tenant ip -4 -o addr show dev eth0) == *10.1.1.2/24* ]]
	orchctl delete tenant
	run -1 orchctl run --name tenant --network ns:/run/netns/prepared --entrypoint /no/program "$IMAGE"
	[[ $(on_host ip -n prepared -o addr) == "$before" ]]
	run -1 orchctl run --name tenant --network ns:/run/netns/none "$IMAGE"
	[[ ${#lines[@]} -eq 1 && $output == *'/run/netns/none: no such file or directory' ]]
	run -1 orchctl run --name tenant --network "ns:$WORK" "$IMAGE"
	[[ ${#lines[@]} -eq 1 ]]
	[[ -z $(orchctl list -q) ]]
}

@test "after a reboot it waits for the namespace" {
	on_host ip netns add prepared
	orchctl run --name tenant --restart always --network ns:/run/netns/prepared "$IMAGE"
	orchctl run --name once "$IMAGE"
	host_stop
	host_start
	run -1 orchctl boot
	[[ $output == *"$NS/tenant: waiting (/run/netns/prepared)"* ]] ||
		[[ $output == *"$NS/tenant: waiting"*"/run/netns/prepared"* ]]
	on_host ip netns add prepared
	run orchctl boot
	[[ $output == *"$NS/tenant: started"* ]]
	is_in tenant running
}

@test "what cannot be makes nothing, and is told in a line" {
	local line before

	while IFS= read -r line; do
		eval "set -- $line"
		run --separate-stderr orchctl run "${@:2}"
		[[ $status -eq 1 && -z $output ]] || { echo "$line: $status $output"; return 1; }
		[[ ${#stderr_lines[@]} -eq 1 && $stderr == *"$1"* ]] || { echo "$line: $stderr"; return 1; }
		[[ -z $(orchctl list -q) ]]
	done <<- 'END'
		'--name: is missing' "$IMAGE"
		'neither an image' --name x
		'a/b' --name a/b "$IMAGE"
		'name: ' --name=-x "$IMAGE"
		'not a reference' --name x 'no/../ref:'
		"oci:$WORK/none" --name x "oci:$WORK/none"
		"$WORK/none" --name x --bundle "$WORK/none"
		"$WORK/none" --name x -v "$WORK/none:/x" "$IMAGE"
		'absolute' --name x -v "data:/x" "$IMAGE"
		'absolute' --name x -v "$WORK:x" "$IMAGE"
		'not known' --name x --mount type=bind,source=/,target=/x,what=1 "$IMAGE"
		'neither a type' --name x --mount type=,target=/x,source=/ "$IMAGE"
		'--network bridge' --name x --network bridge "$IMAGE"
		'restart' --name x --restart sometimes "$IMAGE"
		'--memory lots' --name x --memory lots "$IMAGE"
		'--cpus none' --name x --cpus none "$IMAGE"
		'user nobody' --name x --user nobody "$IMAGE"
		'device /dev/none' --name x --device /dev/none "$IMAGE"
		'is reserved' --name x --label runlet.owner=state "$IMAGE"
		'--cap-add no-such' --name x --cap-add no-such "$IMAGE"
		'--cap-add sys_nicer' --name x --cap-add sys_nicer "$IMAGE"
		'/no/program' --name x --entrypoint /no/program "$IMAGE"
		'--file: takes neither' --name x --file - "$IMAGE"
	END
	run -1 orchctl run --pull never --name x "oci:$WORK/none"
	[[ -z $(find "$STATE/containers/$NS" "$RUN/netns" -mindepth 1 ! -type d) ]]
	# An old failure keeps nobody from the name.
	run -0 orchctl run --name x "$IMAGE"
	before=$(orchctl inspect x | jq '.[0].pid')
	run -1 orchctl run --name x "$IMAGE"
	[[ $output == *'Container name x is already in use' ]]
	[[ $(orchctl inspect x | jq '.[0].pid') == "$before" ]]
}

@test "its user, its limits, its devices, its end" {
	orchctl run --name box -u web -w /tmp --hostname inner --read-only --memory 64m --cpus 0.5 --device /dev/zero:/dev/nothing \
		--stop-timeout 1 --restart on-failure "$IMAGE" 'hostname; id -un; pwd; trap "" TERM; while :; do sleep 1; done'
	wait_for 10 grep -q /tmp "$LOGS/$NS/box.log"
	[[ $(sed 's/.* //' "$LOGS/$NS/box.log") == $'inner\nweb\n/tmp' ]]
	run ! in_container box touch /x
	[[ $(in_container box stat -c %t:%T /dev/nothing) == 1:5 ]]
	run message get_consumption_device '{"device_id":"box","cpuPeriod":"1h","memoryPeriod":"1h"}'
	ack '.memory == "64 MB" and .cpu == "0.5 vCPU"'
	[[ $(jq -c '.linux.resources | [.memory.limit, .cpu.quota]' "$STATE/containers/$NS/box/config.json") == '[67108864,50000]' ]]
	[[ $(jq '.stopTimeoutMs' "$STATE/containers/$NS/box/monitor.json") -eq 1000 ]]
	orchctl delete box
}

@test "an OCI bundle, as it is and with what is asked for" {
	bundle_at "$WORK/bundle"
	run -0 orchctl run --name as-it-is --bundle "$WORK/bundle"
	inspected as-it-is ".bundle == \"$WORK/bundle\" and .state == \"running\""
	[[ $(in_container as-it-is hostname) == theirs ]]
	cd "$WORK"
	run -0 orchctl run --name other --bundle bundle -e OURS=2 -v "$WORK/bundle:/data:ro" --hostname ours --cap-add sys_nice \
		sh -c 'echo "$THEIRS$OURS" > /said; exec sleep 1000'
	wait_for 10 test -s "$STATE/containers/$NS/other/upper/said"
	[[ $(< "$STATE/containers/$NS/other/upper/said") == 12 ]]
	[[ $(in_container other hostname) == ours ]]
	in_container other test -e /data/config.json
	[[ ! -e $WORK/bundle/rootfs/said ]]
	orchctl delete as-it-is other
	[[ -x $WORK/bundle/rootfs/bin/busybox ]]
}

@test "a document, and an inspection that can be one" {
	jq -n --arg image "$IMAGE" '{name: "doc", image: $image, tags: ["t"], env: ["A=3"], entrypoint: ["/bin/sleep"],
		args: ["1000"], network: {mode: "none"}, restart: "always",
		mounts: [{target: "/scratch", type: "tmpfs"}]}' > "$WORK/doc.json"
	run -0 orchctl run --file "$WORK/doc.json"
	[[ $output == doc ]]
	inspected doc '.entrypoint == ["/bin/sleep"] and .mounts == [{"target":"/scratch","type":"tmpfs"}]'
	[[ $(in_container doc sh -c 'echo $A') == 3 ]] || [[ $(in_container doc cat /proc/1/cmdline | tr '\0' ' ') == '/bin/sleep 1000 ' ]]
	run -1 orchctl run --file - <<< '{"name":"bad","image":"x","mounts":[{"target":"relative"}]}'
	[[ ${#lines[@]} -eq 1 && $output == *'mounts[0].target'* ]]
	run -1 orchctl run --file - <<< '{"name":"bad","image":"x","capabilities":["CAP_SYS_NICE","sys_nice"]}'
	[[ ${#lines[@]} -eq 1 && $output == *'capabilities[1]: "sys_nice" is no capability' ]]
	run -1 orchctl run --file - <<< '{"image":"x"}'
	[[ $output == *name* ]]
	orchctl delete doc
}

@test "names are one namespace's, and so is what is seen" {
	orchctl run --name same "$IMAGE"
	NS=$NS-b run -0 orchctl run --name same "$IMAGE"
	[[ $(orchctl inspect same | jq -r '.[0].ns') == "$NS" ]]
	[[ $(on_host "$ORCHCTL_BIN" --state-dir "$STATE" --run-dir "$RUN" --log-dir "$LOGS" -n "$NS-b" inspect same |
		jq -r '.[0].ns') == "$NS-b" ]]
	[[ -e $LOGS/$NS/same.log && -e $LOGS/$NS-b/same.log ]]
	NS=$NS-b orchctl delete same
	is_in same running
	rmdir "/sys/fs/cgroup/"*"/$NS-b" "/sys/fs/cgroup/$NS-b" 2> /dev/null || :
}

@test "killed while it makes one, it leaves a whole container or nothing" {
	local ms

	for ms in 020 060 120 200; do
		orchctl run --name x "$IMAGE" > /dev/null 2>&1 &
		sleep 0.$ms
		on_host pkill -KILL -x orchctl || :
		wait $! || :
		orchctl boot
		[[ -z $(orchctl list -q) ]] || { is_in x running; orchctl delete x; }
		orchctl delete --force x
	done
	orchctl audit verify
}

@test "another OCI runtime does as well" {
	local runc

	runc=$(PATH=$PATH:/usr/sbin command -v runc) || skip "needs runc"
	OPTIONS+=(--runtime "$runc")
	on_host ip netns add prepared
	orchctl run --name x --network /run/netns/prepared -v "$WORK:/data:ro" "$IMAGE"
	is_in x running
	inspected x ".runtime == \"$(realpath "$runc")\""
	orchctl delete x
}
