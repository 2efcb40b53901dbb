#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# podman.sh RUNTIME: podman and conmon, as root, with netavark's networks where it is installed.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs podman conmon python3
# shellcheck source=tests/callers/box.bash
. "$(dirname "$0")/box.bash"

# The host's limits: raising them, as podman does, needs a capability that not every root has.
NETAVARK=$(find /usr/lib/podman /usr/libexec/podman -name netavark 2> /dev/null)
cat > /etc/containers/containers.conf <<END
[containers]
default_ulimits = []
[network]
network_backend = "${NETAVARK:+netavark}"
[engine]
runtime = "$KIND"
runtime_supports_json = ["runlet", "runc", "crun"]
runtime_supports_nocgroup = ["runlet", "crun"]
[engine.runtimes]
$KIND = ["$RUNTIME"]
END
CLI=("$(type -P podman)" --root "$WORK/root" --runroot "$WORK/run" --tmpdir "$WORK/libpod"
	--network-config-dir "$WORK/networks" --storage-driver vfs --cgroup-manager cgroupfs
	--events-backend file --log-level error)
OPTIONS=(--cgroup-parent "/$TAG")
cgroup_of() { echo "$TAG/libpod-$(inspected "$1" '{{.Id}}')"; }
remove() { cli rm -f -t 0 "$@"; }

knows_version()
{
	like "$(cli info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}')" \
		"$KIND $KIND version *"
}
run_by_path()
{
	prints hello cli --runtime "$RUNTIME" run "${OPTIONS[@]}" --network none --rm "$IMAGE" echo hello
}
# The container has its interface before it starts.
run_bridge()
{
	[[ -n $NETAVARK ]] || skip 'netavark is not installed'
	cli network create --disable-dns --subnet 10.89.7.0/24 inner
	prints 'eth0 10.89.7' run_on inner --rm "$IMAGE" sh -c \
		'echo $(ls /sys/class/net | grep eth) $(ip addr show eth0 | sed -n "s/.*inet \(10.89.7\).*/\1/p")'
	run_on inner -d --name web -p 8080:80 "$IMAGE" \
		sh -c 'echo served > /tmp/index.html; exec httpd -f -h /tmp'
	eventually served "$(inspected web '{{.NetworkSettings.Networks.inner.IPAddress}}')"
	remove web
	cli network rm inner
}
# podman's other kind of networks, CNI, with netctl, which lies beside the runtime, as the plugins that it
# has: bridge, host-local and portmap; firewall and tuning are the CNI project's.
run_cni_netctl()
{
	local netctl type

	netctl=$(dirname "$RUNTIME")/netctl
	[[ -x $netctl ]] || skip 'no netctl lies beside the runtime'
	[[ -x /usr/lib/cni/firewall ]] || skip 'containernetworking-plugins are not installed'
	mkdir "$WORK/plugins"
	for type in bridge host-local portmap; do
		ln -s "$netctl" "$WORK/plugins/$type"
	done
	sed "s,^network_backend.*,network_backend = \"cni\"\ncni_plugin_dirs = [\"$WORK/plugins\"\, \"/usr/lib/cni\"]," \
		/etc/containers/containers.conf > "$WORK/cni.conf"
	export CONTAINERS_CONF=$WORK/cni.conf
	CLI+=(--network-config-dir "$WORK/cni-networks")
	cli network create --disable-dns --subnet 10.89.8.0/24 ours
	run_on ours -d --name webcni -p 8081:80 "$IMAGE" \
		sh -c 'echo served > /tmp/index.html; exec httpd -f -h /tmp'
	eventually served "$(inspected webcni '{{.NetworkSettings.Networks.ours.IPAddress}}')"
	eventually served 127.0.0.1:8081
	like "$("$netctl" portmap list)" 'cni:ours:*8081:80/tcp*'
	remove webcni
	is "$("$netctl" portmap list)" ''
	cli network rm ours
}
served() { [[ $(busybox wget -qO- "http://$1/") == served ]]; }
run_privileged()
{
	prints rw run --rm --privileged "$IMAGE" \
		sh -c 'mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw'
}
run_init()
{
	[[ -x /usr/libexec/podman/catatonit ]] || needs_here catatonit
	like "$(run --rm --init "$IMAGE" sh -c 'tr "\0" " " < /proc/1/cmdline')" '*init*'
}
run_without_cgroups()
{
	[[ $KIND != runc ]] || skip 'podman does not ask it of runc'
	prints hello cli run --cgroups disabled --network none --rm "$IMAGE" echo hello
}
run_userns()
{
	prints '0 100000 1000' run --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 "$IMAGE" \
		sh -c 'echo $(cat /proc/self/uid_map)'
}
run_userns_auto()
{
	printf '%s\n' containers:300000:100000 | tee /etc/subuid > /etc/subgid
	like "$(run --rm --userns auto "$IMAGE" cat /proc/self/uid_map)" '*0 *300000 *'
}
run_preserve_fds()
{
	prints passed run --rm --preserve-fds 1 "$IMAGE" cat /proc/self/fd/3 3< <(echo passed)
}
# The container's program says that it is ready; logger can send to a socket of datagrams.
run_notify()
{
	local pid

	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(20)
while True:
    print(s.recv(4096).decode(), flush=True)' "$WORK/notify" > "$WORK/notified" 2> /dev/null &
	pid=$!
	eventually test -S "$WORK/notify"
	NOTIFY_SOCKET=$WORK/notify run -d --name ready --sdnotify container "$IMAGE" \
		sh -c 'ln -sf $NOTIFY_SOCKET /dev/log; logger "
READY=1"; sleep 1000'
	eventually grep -qx READY=1 "$WORK/notified"
	remove ready
	kill "$pid"
}
run_hook()
{
	mkdir "$WORK/hooks"
	printf '#!/bin/sh\ncat > %s.$1\n' "$WORK/hook" > "$WORK/hook"
	chmod +x "$WORK/hook"
	for stage in prestart createRuntime createContainer poststart poststop; do
		cat > "$WORK/hooks/$stage.json" <<-END
			{ "version": "1.0.0", "hook": { "path": "$WORK/hook", "args": [ "hook", "$stage" ] },
			  "when": { "always": true }, "stages": [ "$stage" ] }
		END
	done
	limited "${CLI[@]}" --hooks-dir "$WORK/hooks" run "${OPTIONS[@]}" --network none --rm \
		--volume "$WORK:$WORK" "$IMAGE" true
	like "$(cat "$WORK/hook.prestart")" '*"pid":*'
	like "$(cat "$WORK/hook.createRuntime")" '*"pid":*'
	eventually grep -q '"status":"stopped"' "$WORK/hook.poststop"
	test -e "$WORK/hook.createContainer"
	test -e "$WORK/hook.poststart"
}
updates()
{
	cli update --help > /dev/null 2>&1 || skip 'this podman has no update'
	start updated --memory 32m
	cli update --memory 64m --cpus 0.25 updated
	is "$(cgroup_limit "$(cgroup_of updated)" memory)" 67108864
	is "$(cgroup_limit "$(cgroup_of updated)" cpu)" 25000
	remove updated
}
exec_not_found() { status_is 127 cli exec box nosuch; }
exec_preserve_fds()
{
	prints passed cli exec --preserve-fds 1 box cat /proc/self/fd/3 3< <(echo passed)
}
top() { like "$(cli top box pid comm)" '*sleep*'; }
oom()
{
	run --name greedy --memory 8m "$IMAGE" dd if=/dev/zero of=/dev/null bs=64M count=1 || :
	is "$(inspected greedy '{{.State.ExitCode}}')" 137
	remove greedy
}
initializes()
{
	cli create "${OPTIONS[@]}" --network none --name created "$IMAGE" echo late
	cli init created
	container_is created initialized
	prints late cli start --attach created
	remove created
}
removes_initialized()
{
	cli create "${OPTIONS[@]}" --network none --name created "$IMAGE" echo late
	cli init created
	remove created
}
health()
{
	start well --health-cmd 'test -e /etc/passwd' --health-interval disable
	cli healthcheck run well
	start ill --health-cmd false --health-interval disable
	status_is 1 cli healthcheck run ill
	remove well ill
}
builds_oci() { BUILDAH_ISOLATION=oci builds 'exit status 3'; }
pods()
{
	[[ -x /usr/libexec/podman/catatonit ]] || needs_here catatonit
	cli pod create --name pod --network none --cgroup-parent "/$TAG" --share ipc,net,uts,pid
	cli run -d --pod pod --name first "$IMAGE" sleep 1000
	prints "$(cli exec first readlink /proc/self/ns/net)" \
		cli run --rm --pod pod "$IMAGE" readlink /proc/self/ns/net
	like "$(cli run --rm --pod pod "$IMAGE" ps)" '*sleep 1000*'
	cli pod pause pod
	cli pod unpause pod
	cli pod restart -- pod
	cli exec first true
	cli pod kill pod
	cli pod stop -t 0 pod
	cli pod rm -f pod
}
pods_without_infra()
{
	cli pod create --name bare --infra=false
	cli run -d --pod bare --network none --name bare1 "$IMAGE" sleep 1000
	cli exec bare1 true
	cli pod stop -t 0 bare
	cli pod rm -f bare
}
# What kubectl would send, without Kubernetes.
plays()
{
	cat > "$WORK/pod.yaml" <<-END
		apiVersion: v1
		kind: Pod
		metadata: { name: played }
		spec:
		  containers:
		  - name: one
		    image: $IMAGE
		    imagePullPolicy: Never
		    command: [ sleep, "1000" ]
		    resources: { limits: { memory: 64Mi } }
		    securityContext: { readOnlyRootFilesystem: true, runAsUser: 1000 }
	END
	cli play kube --network none "$WORK/pod.yaml"
	prints 1000 cli exec played-one id -u
	fails cli exec played-one touch /x
	cli play kube --down "$WORK/pod.yaml"
}
# Podman leaves its own: conmon's cgroup, those of pods and their parent, mounts of its storage.
only_podmans_left()
{
	local d

	for d in $(cgroups_left); do
		[[ $d == *libpod-* ]] || rmdir "$d" || :
	done
	nothing_left
}
ends()
{
	cli rm -fa -t 0
	umount "$WORK/root"/*/ "$WORK/root" 2> /dev/null || :
	umount /run/netns/* /run/netns 2> /dev/null || :
	eventually only_podmans_left || { show_left; return 1; }
}

make_image "$WORK/image"
cli pull -q "oci:$WORK/image:box" > "$WORK/pull.log" 2>&1 ||
	skip_all "podman cannot pull an image: $(tail -n 1 "$WORK/pull.log")"
IMAGE=localhost/box
cli tag "$(cli images -q | head -n 1)" "$IMAGE"
echo "caller $(podman --version | awk '{ print "podman", $3 }')"

cases "${BEFORE_BOX[@]}" \
	'info' knows_version \
	'--runtime PATH' run_by_path \
	'run on a bridge of its own' run_bridge \
	'run on a CNI network of netctl' run_cni_netctl \
	'run --privileged' run_privileged \
	'run --init' run_init \
	'run --cgroups disabled' run_without_cgroups \
	'run --uidmap' run_userns \
	'run --userns auto' run_userns_auto \
	'run --preserve-fds' run_preserve_fds \
	'run --sdnotify container' run_notify \
	'run with hooks' run_hook \
	'update' updates \
	"${WITH_BOX[@]}" \
	'exec of a missing program: 127' exec_not_found \
	'exec --preserve-fds' exec_preserve_fds \
	'top' top \
	'out of memory: 137' oom \
	'create, init, start --attach' initializes \
	'create, init, rm -f' removes_initialized \
	'healthcheck' health \
	'build' builds_oci \
	'pod' pods \
	'pod --infra=false' pods_without_infra \
	'play kube' plays \
	'rm -f' removes \
	'nothing is left' ends
