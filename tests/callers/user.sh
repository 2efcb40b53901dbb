#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# user.sh RUNTIME: a script as a user of a runtime writes one, user.bats. Its titles become cases.
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs bats busybox jq

RUNTIME=$RUNTIME timeout 120 bats --formatter tap "$(dirname "$0")/user.bats" > "$WORK/tap" 2>&1
NUMBER=0
passes()
{
	differs crun 'has other words, and no events'
	grep -q "^ok $NUMBER " "$WORK/tap" || {
		awk -v n="$NUMBER" '/^(not )?ok / { shown = $3 == n && /^not/ } shown' "$WORK/tap"
		return 1
	}
}
# A bats that was ended, or could not begin, has fewer titles than it planned, or no plan.
all_have_run() { is "$NUMBER" "$(sed -n 's/^1\.\.//p' "$WORK/tap")"; }

echo "caller a script for $(bats --version)"
while read -r title; do
	NUMBER=$((NUMBER + 1))
	cases "$title" passes
done < <(sed -nE 's/^(not )?ok [0-9]+ (.*)$/\2/p' "$WORK/tap")
cases 'all of them have run' all_have_run \
	'nothing is left' leaves_nothing
