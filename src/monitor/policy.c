/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/policy.h"

#include "monitor/backoff.h"

void policy_forget(struct policy_history *h, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->at_ms[i] <= now_ms && now_ms - h->at_ms[i] < POLICY_WINDOW_MS)
			h->at_ms[kept++] = h->at_ms[i];
	h->n = kept;
}

void policy_note(struct policy_history *h, int64_t now_ms)
{
	if (h->n < POLICY_RESTARTS_MAX)
		h->at_ms[h->n++] = now_ms;
}

int64_t policy_next(enum monitor_restart restart, struct opt_int exit_code,
		    const struct policy_history *h)
{
	bool failed = !exit_code.is_set || exit_code.value != 0;

	if (restart != MONITOR_RESTART_ALWAYS && !(restart == MONITOR_RESTART_ON_FAILURE && failed))
		return POLICY_LEAVE;
	if (h->n >= POLICY_RESTARTS_MAX)
		return POLICY_GIVE_UP;
	return backoff_ms((unsigned)h->n, POLICY_WAIT_FIRST_MS, POLICY_WAIT_MOST_MS);
}

bool policy_at_boot(enum monitor_restart restart, enum monitor_state state,
		    struct opt_int exit_code, bool same_boot)
{
	bool cut_off = state == MONITOR_EXITED && !exit_code.is_set;

	if (state == MONITOR_CREATED || state == MONITOR_STOPPED || state == MONITOR_ORPHANED)
		return true;
	if (restart == MONITOR_RESTART_NO)
		return false;
	if (cut_off)
		return true;
	if (same_boot)
		return false;
	return restart == MONITOR_RESTART_ALWAYS || state == MONITOR_FAILED || exit_code.value != 0;
}
