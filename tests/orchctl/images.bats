#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Images: where they come from, how they are unpacked, and what a hostile one can do: nothing.

load helpers

setup_file()
{
	command -v skopeo > /dev/null || skip 'needs skopeo'
}

test_setup()
{
	export OUTSIDE=$WORK/outside HOME=$WORK/home
	STORE=$STATE/images
	mkdir -p "$OUTSIDE" "$HOME"
	echo precious > "$OUTSIDE/victim"
	chmod 751 "$OUTSIDE"
	REGISTRY=
}

test_teardown()
{
	[[ -z $REGISTRY ]] || kill -TERM "$REGISTRY"
	outside_is_whole
}

outside_is_whole()
{
	[ "$(ls -A "$OUTSIDE")" = victim ] && [ "$(cat "$OUTSIDE/victim")" = precious ] &&
		[ "$(stat -c %a "$OUTSIDE")" = 751 ] && [ "$(stat -c %h "$OUTSIDE/victim")" = 1 ] &&
		python3 -c 'import os, sys; sys.exit(any(os.listxattr(p) for p in sys.argv[1:]))' "$OUTSIDE" "$OUTSIDE/victim"
}

make_image() { python3 "$BATS_TEST_DIRNAME/helpers/images.py" "$@"; }
pull() { orchctl image pull "$@"; }
layers() { ls "$STORE/layers"; }
temporaries() { find "$STORE/layers" "$STORE/pulls" -mindepth 1 -maxdepth 1 -name '.*'; }
# The layer that has this path.
layer_with() { find "$STORE/layers" -mindepth 2 -path "$STORE/layers/*/$1" | sed "s|/$1\$||"; }

check_base()
{
	local base upper

	base=$(layer_with data/owned) upper=$(layer_with gone/new)
	[ "$(stat -c '%u:%g %a' "$base/data/owned")" = '123456:7 640' ]
	[ "$(stat -c '%u %a' "$base/data/suid")" = '5 4755' ]
	[ "$(stat -c '%a' "$base/tmp")" = 1777 ]
	[ "$(stat -c '%Y' "$base/data")" = 1000000000 ]
	[ "$(stat -c '%Y' "$base/data/owned")" = 1000000000 ]
	[ "$(stat -c '%h' "$base/bin/hard")" = 2 ]
	[ "$(readlink "$base/bin/sh")" = busybox ]
	[ -p "$base/data/pipe" ]
	[ -e "$base/data/näme" ]
	[ ! -e "$base/data/null" ] && [ ! -e "$base/data/disk" ]
	[ "$(stat -c '%F %t %T' "$upper/data/old")" = 'character special file 0 0' ]
	[ -f "$upper/kept/b" ] && [ ! -e "$upper/kept/.wh..wh.plnk" ]
	python3 - "$base" "$upper" <<- 'END'
		import os, sys
		name = sys.argv[1] + "/data/n\u00e4me"
		assert os.listxattr(name) == ["user.color"], os.listxattr(name)
		assert os.getxattr(name, "user.color") == b"blue"
		assert os.getxattr(sys.argv[2] + "/gone", "trusted.overlay.opaque") == b"y"
		assert os.listxattr(sys.argv[2] + "/kept") == []
	END
}

@test "a layout, in each compression: owners, modes, times, links, attributes, whiteouts" {
	local how

	for how in none gzip zstd; do
		[[ $how != zstd ]] || command -v zstd > /dev/null || continue
		make_image "$WORK/image-$how" good "$how"
		run pull "oci:$WORK/image-$how:1"
		[ "$status" -eq 0 ] || { echo "$how: $output"; return 1; }
		[[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
		# However it is compressed, a layer is unpacked once.
		[ "$(layers | wc -l)" -eq 2 ]
		check_base
		[ -z "$(temporaries)" ]
	done
	run orchctl image list
	[[ $output == *"oci:$WORK/image-none:1"* ]]
	[ "$(stat -c %a "$STORE")" = 700 ]
}

@test "archives of both kinds" {
	make_image "$WORK/image" good
	skopeo copy -q "oci:$WORK/image:1" "oci-archive:$WORK/oci.tar:1"
	skopeo copy -q "oci:$WORK/image:1" "docker-archive:$WORK/docker.tar:x:1"
	pull "oci-archive:$WORK/oci.tar:1"
	pull "docker-archive:$WORK/docker.tar"
	[ "$(layers | wc -l)" -eq 2 ]
	check_base
}

without_skopeo()
{
	on_host env PATH=/nowhere "$ORCHCTL_BIN" --state-dir "$STATE" --run-dir "$RUN" --ns "$NS" "$@"
}

# Writes the one manifest of a layout anew, with what jq makes of it.
edit_manifest()
{
	local blobs=$1/blobs/sha256 old new

	old=$(jq -r '.manifests[0].digest[7:]' "$1/index.json")
	jq -c "$2" "$blobs/$old" > "$blobs/new"
	new=$(sha256sum "$blobs/new" | cut -d' ' -f1)
	mv "$blobs/new" "$blobs/$new"
	jq -c --arg digest "sha256:$new" '.manifests[0].digest = $digest' "$1/index.json" > "$1/index"
	mv "$1/index" "$1/index.json"
}

@test "a layout needs no skopeo, and no trust" {
	local blob case

	make_image "$WORK/image" good
	run without_skopeo image pull "oci:$WORK/image:1"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	first=$output
	check_base
	[ -z "$(temporaries)" ]
	# Another image by the same name.
	make_image "$WORK/image" changed
	run without_skopeo image pull "oci:$WORK/image"
	[ "$status" -eq 0 ] && [ "$output" != "$first" ]
	[ "$(layers | wc -l)" -eq 3 ]
	# A layout that lies, or points elsewhere.
	for case in symlink fifo short long missing; do
		rm -rf "$WORK/image" "$STORE"
		make_image "$WORK/image" good
		blob=$WORK/image/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$WORK/image/index.json")
		blob=$WORK/image/blobs/sha256/$(jq -r '.layers[1].digest[7:]' "$blob")
		case $case in
		symlink) mv "$blob" "$WORK/blob" && ln -s "$WORK/blob" "$blob" ;;
		fifo) rm "$blob" && mkfifo "$blob" ;;
		short) edit_manifest "$WORK/image" '.layers[1].size += 1' ;;
		long) edit_manifest "$WORK/image" '.layers[1].size = 1' ;;
		missing) rm "$blob" ;;
		esac
		run without_skopeo image pull "oci:$WORK/image:1"
		[ "$status" -eq 1 ] || { echo "$case was taken: $output"; return 1; }
		[ "${#lines[@]}" -eq 1 ] && [[ $output == *"oci:$WORK/image:1"*"blob sha256:"* ]] || { echo "$case: $output"; return 1; }
		[ -z "$(layers)$(temporaries)" ] || { echo "$case left something"; return 1; }
		[ -z "$(find "$STORE/blobs/sha256" -name "${blob##*/}")" ] || { echo "$case: the blob was taken"; return 1; }
	done
}

archive_has_stamp() { pull "$1" > /dev/null && jq -e .stamp "$STORE"/refs/*.json > /dev/null; }

@test "an archive that has not changed is not read again" {
	make_image "$WORK/image" good
	skopeo copy -q "oci:$WORK/image:1" "docker-archive:$WORK/docker.tar:x:1"
	# One that was written a moment ago might be written again without a trace.
	wait_for 30 archive_has_stamp "docker-archive:$WORK/docker.tar"
	first=$(pull "docker-archive:$WORK/docker.tar")
	run --separate-stderr without_skopeo image pull "docker-archive:$WORK/docker.tar"
	[ "$status" -eq 0 ] && [ "$output" = "$first" ] && [ -z "$stderr" ] || { echo "$stderr"; return 1; }
	make_image "$WORK/other" changed
	skopeo copy -q "oci:$WORK/other:1" "docker-archive:$WORK/other.tar:x:1"
	cat "$WORK/other.tar" > "$WORK/docker.tar"
	run pull "docker-archive:$WORK/docker.tar"
	[ "$status" -eq 0 ] && [ "$output" != "$first" ]
}

# A registry on the test's host; the user's own configuration says that it has no TLS.
start_registry()
{
	command -v docker-registry > /dev/null || skip 'needs docker-registry'
	mkdir -p "$HOME/.config/containers" "$WORK/registry"
	printf '[[registry]]\nlocation = "127.0.0.1:5000"\ninsecure = true\n' \
		> "$HOME/.config/containers/registries.conf"
	cat > "$WORK/registry.yml" <<- END
		version: 0.1
		storage: {filesystem: {rootdirectory: $WORK/registry}}
		http: {addr: "127.0.0.1:5000"}
	END
	nsenter --target "$HOST" --net docker-registry serve "$WORK/registry.yml" > "$WORK/registry.log" 2>&1 3>&- &
	REGISTRY=$!
	wait_for 20 on_host bash -c ": < /dev/tcp/127.0.0.1/5000" 2> /dev/null
}

@test "a registry, and the local copy when it is away" {
	start_registry
	make_image "$WORK/image" good
	on_host skopeo copy -q --dest-tls-verify=false "oci:$WORK/image:1" docker://127.0.0.1:5000/plc:1
	run ! pull --pull never 127.0.0.1:5000/plc:1
	run pull 127.0.0.1:5000/plc:1
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	first=$output
	check_base
	# Another image behind the same name: only what is new is unpacked.
	make_image "$WORK/other" changed
	on_host skopeo copy -q --dest-tls-verify=false "oci:$WORK/other:1" docker://127.0.0.1:5000/plc:1
	run pull --pull missing 127.0.0.1:5000/plc:1
	[ "$output" = "$first" ]
	run pull 127.0.0.1:5000/plc:1
	[ "$status" -eq 0 ] && [ "$output" != "$first" ]
	second=$output
	[ "$(layers | wc -l)" -eq 3 ]
	# By digest, too, and then the registry is not asked again.
	pull "127.0.0.1:5000/plc@$first"
	kill -TERM "$REGISTRY"
	wait "$REGISTRY" || :
	REGISTRY=
	run --separate-stderr pull "127.0.0.1:5000/plc@$first"
	[ "$status" -eq 0 ] && [ "$output" = "$first" ] && [ -z "$stderr" ]
	run --separate-stderr pull 127.0.0.1:5000/plc:1
	[ "$status" -eq 0 ] && [ "$output" = "$second" ]
	[[ $stderr == *"the local copy is used"* ]]
	run pull 127.0.0.1:5000/nothing:1
	[ "$status" -eq 1 ]
	[[ $output == *"127.0.0.1:5000/nothing:1"*refused* ]]
}

@test "what nobody needs any more is removed" {
	make_image "$WORK/image" good
	make_image "$WORK/other" changed
	pull "oci:$WORK/image:1"
	pull "oci:$WORK/other:1"
	[ "$(layers | wc -l)" -eq 3 ]
	orchctl image remove "oci:$WORK/other:1"
	[ "$(layers | wc -l)" -eq 2 ]
	orchctl image prune
	[ "$(layers | wc -l)" -eq 2 ]
	pull --pull never "oci:$WORK/image:1"
	orchctl image remove "oci:$WORK/image:1"
	[ -z "$(layers)" ] && [ -z "$(ls "$STORE/blobs/sha256")" ]
	run orchctl image remove "oci:$WORK/image:1"
	[ "$status" -eq 1 ]
	[[ $output == *"not there"* ]]
}

# Of a container that waits for its network: nobody else may attach to the parent as long as it is held.
hold_parent()
{
	mkdir -p "$STATE/net/locks"
	flock --no-fork "$STATE/net/locks/$1" sleep infinity 3>&- &
	HOLDER=$!
	wait_for 5 is_held "$1"
}

is_held() { ! flock -n "$STATE/net/locks/$1" true; }
is_at() { [[ $(device_status "$1" | jq -r .step) == "$2" ]]; }

@test "an image that is removed while a container of it is being created" {
	local vnic

	plant
	make_image "$WORK/image" good
	vnic=$(vnic eth0 '{"network_mode":"static","ip":"192.168.7.30","subnet":"192.168.7.0/24","gateway":"192.168.7.1"}')
	hold_parent plant0
	OPTIONS+=(--image "oci:$WORK/image")
	message create_new_runtime "{\"container_name\":\"plc\",\"runtime_version\":\"1\",\"vnic_configs\":[$vnic]}" \
		--wait > "$WORK/ack" 2> "$WORK/stderr" &
	creating=$!
	wait_for 20 is_at plc creating_networks
	orchctl image remove "oci:$WORK/image:1"
	[ -z "$(orchctl image list)" ]
	kill -TERM "$HOLDER"
	wait "$creating" || { cat "$WORK/ack" "$WORK/stderr"; return 1; }
	[ "$(layers | wc -l)" -eq 2 ]
	# When that is gone, too, nobody needs them.
	device delete_device plc --wait
	orchctl image prune
	[ -z "$(layers)" ]
}

@test "hostile layers touch nothing outside" {
	local case

	for case in $(make_image --hostile); do
		rm -rf "$WORK/image"
		make_image "$WORK/image" "$case"
		run pull "oci:$WORK/image:1"
		case $case in
		absolute | symlink-* | device-whiteout | fifo | deep | hardlink-to-symlink)
			[ "$status" -eq 0 ] || { echo "$case: $output"; return 1; } ;;
		*)
			[ "$status" -eq 1 ] || { echo "$case was taken"; return 1; }
			[ "${#lines[@]}" -eq 1 ] && [[ $output == *layer* ]] || { echo "$case: $output"; return 1; } ;;
		esac
		outside_is_whole || { echo "$case got out"; return 1; }
		[ -z "$(temporaries)" ] || { echo "$case left something"; return 1; }
		[ -z "$(find "$STORE/layers" \( -type b -o -type c \) ! -name victim)" ] || { echo "$case made a device"; return 1; }
		orchctl image remove "oci:$WORK/image:1" > /dev/null 2>&1 || :
	done
	# One of them meant the root that it has: its own.
	make_image "$WORK/image" absolute
	pull "oci:$WORK/image:1"
	[ -e "$(layer_with evil)/evil" ]
}

@test "what comes twice in a layer, and what an image may not say to overlayfs" {
	local layer

	make_image "$WORK/image" twice
	pull "oci:$WORK/image:1"
	layer=$STORE/layers/$(layers)
	[ "$(cat "$layer/file")" = new ] && [ "$(cat "$layer/link")" = old ]
	[ "$(ls -A "$layer/d")" = new ]
	[ ! -L "$layer/up" ] && [ "$(ls -A "$layer/up")" = f ]
	python3 - "$layer/e" <<- 'END'
		import os, sys
		assert os.listxattr(sys.argv[1]) == ["user.kind"], os.listxattr(sys.argv[1])
	END
}

@test "a layer with more than a million entries" {
	make_image "$WORK/image" many
	run pull "oci:$WORK/image:1"
	[ "$status" -eq 1 ]
	[[ $output == *"more than 1000000 entries"* ]]
	[ -z "$(layers)$(temporaries)" ]
}

@test "damaged and lying images" {
	local case

	for case in truncated garbage huge bad-diff-id bad-blob; do
		rm -rf "$WORK/image"
		# What is in the store already is not copied again, so not looked at.
		orchctl image prune
		make_image "$WORK/image" "$case"
		run pull "oci:$WORK/image:1"
		[ "$status" -eq 1 ] || { echo "$case was taken"; return 1; }
		[ "${#lines[@]}" -eq 1 ] || { echo "$case: $output"; return 1; }
		[ -z "$(temporaries)" ]
	done
	run orchctl image list
	[ -z "$output" ]
	make_image "$WORK/good" good
	pull "oci:$WORK/good:1"
	# Somebody changes a manifest that is here.
	printf '{}' > "$STORE/blobs/sha256/$(jq -r .manifest "$STORE"/refs/*.json | cut -d: -f2)"
	run pull --pull never "oci:$WORK/good:1"
	[ "$status" -eq 1 ]
	[[ $output == *"its content is another's"* ]]
}

@test "a decompression bomb ends at the limit" {
	make_image "$WORK/image" bomb
	[ "$(du -sm "$WORK/image" | cut -f1)" -lt 4 ]
	run pull --max-size 32m "oci:$WORK/image:1"
	[ "$status" -eq 1 ]
	[[ $output == *"more than 33554432 bytes"* ]]
	[ "$(du -sm "$STORE" | cut -f1)" -lt 8 ]
	[ -z "$(temporaries)" ]
	pull "oci:$WORK/image:1"
}

@test "a disk that is nearly full stays so" {
	mkdir -p "$STORE"
	on_host mount -t tmpfs -o size=120m images "$STORE"
	make_image "$WORK/image" bomb
	run pull "oci:$WORK/image:1"
	[ "$status" -eq 1 ]
	[[ $output == *"would be left on the disk"* ]]
	[ "$(on_host df -m --output=avail "$STORE" | tail -1)" -gt 64 ]
	on_host umount "$STORE"
}

@test "a pull that is killed at any moment leaves nothing to the next one" {
	local n

	command -v strace > /dev/null || skip 'needs strace'
	make_image "$WORK/image" good
	for n in fchown:7 utimensat:20 syncfs:1 syncfs:2 renameat:2; do
		rm -rf "$STORE"
		run on_host timeout -k 1 30 strace -qq -o /dev/null \
			-e "inject=${n%:*}:signal=KILL:when=${n#*:}" \
			"$ORCHCTL_BIN" --state-dir "$STATE" --run-dir "$RUN" --ns "$NS" image pull "oci:$WORK/image:1"
		[ "$status" -eq 137 ] || { echo "$n was not reached: $output"; return 1; }
		run pull "oci:$WORK/image:1"
		[ "$status" -eq 0 ] || { echo "$n: $output"; return 1; }
		check_base
		[ -z "$(temporaries)" ] || { echo "$n left $(temporaries)"; return 1; }
	done
}

@test "two pull at once" {
	local first second

	make_image "$WORK/image" good
	pull "oci:$WORK/image:1" &
	first=$!
	pull "oci:$WORK/image:1" &
	second=$!
	wait "$first"
	wait "$second"
	[ "$(layers | wc -l)" -eq 2 ]
	check_base
	[ -z "$(temporaries)" ]
}

@test "what is no reference" {
	local reference

	for reference in '' -x --all 'a b' ../x /etc/passwd "a'b" oci: docker://; do
		run pull -- "$reference"
		[ "$status" -eq 1 ] || { echo "$reference was taken"; return 1; }
	done
	run pull "oci:$WORK/nowhere:1"
	[ "$status" -eq 1 ]
	[[ $output == *skopeo* ]]
}
