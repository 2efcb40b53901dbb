/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/policy.h"
#include "test.h"

static const struct opt_int unknown = { 0 };
static const struct opt_int well = { true, 0 };
static const struct opt_int badly = { true, 1 };

TEST(who_is_started_again)
{
	const struct policy_history none = { 0 };

	CHECK_INT(policy_next(MONITOR_RESTART_NO, badly, &none), POLICY_LEAVE);
	CHECK_INT(policy_next(MONITOR_RESTART_ON_FAILURE, well, &none), POLICY_LEAVE);
	CHECK_INT(policy_next(MONITOR_RESTART_ON_FAILURE, badly, &none), POLICY_WAIT_FIRST_MS);
	CHECK_INT(policy_next(MONITOR_RESTART_ON_FAILURE, unknown, &none), POLICY_WAIT_FIRST_MS);
	CHECK_INT(policy_next(MONITOR_RESTART_ALWAYS, well, &none), POLICY_WAIT_FIRST_MS);
}

TEST(five_times_each_later)
{
	struct policy_history h = { 0 };
	int64_t wait = POLICY_WAIT_FIRST_MS;

	for (int i = 0; i < POLICY_RESTARTS_MAX; i++, wait *= 2) {
		CHECK_INT(policy_next(MONITOR_RESTART_ALWAYS, badly, &h), wait);
		policy_note(&h, 1000 + i);
	}
	CHECK_INT(policy_next(MONITOR_RESTART_ALWAYS, badly, &h), POLICY_GIVE_UP);
	/* One that is not started again in any case is not given up. */
	CHECK_INT(policy_next(MONITOR_RESTART_NO, badly, &h), POLICY_LEAVE);
}

TEST(what_is_old_does_not_count)
{
	struct policy_history h = { 0 };

	for (int i = 0; i < POLICY_RESTARTS_MAX + 1; i++)
		policy_note(&h, 1000 * i);
	CHECK_INT(h.n, POLICY_RESTARTS_MAX);
	policy_forget(&h, POLICY_WINDOW_MS + 999);
	CHECK_INT(h.n, POLICY_RESTARTS_MAX - 1);
	policy_forget(&h, POLICY_WINDOW_MS + 4000);
	CHECK_INT(h.n, 0);
}

TEST(a_clock_set_back)
{
	struct policy_history h = { .at_ms = { 5000, 9000 }, .n = 2 };

	policy_forget(&h, 6000);
	CHECK_INT(h.n, 1);
	CHECK_INT(h.at_ms[0], 5000);
}

TEST(at_boot)
{
	static const struct {
		enum monitor_restart restart;
		enum monitor_state state;
		const struct opt_int *exit_code;
		bool same_boot, other_boot; /* is it started? */
	} cases[] = {
		{ MONITOR_RESTART_NO, MONITOR_CREATED, &unknown, true, true },
		{ MONITOR_RESTART_NO, MONITOR_STOPPED, &badly, true, true },
		{ MONITOR_RESTART_NO, MONITOR_ORPHANED, &unknown, true, true },
		{ MONITOR_RESTART_NO, MONITOR_EXITED, &unknown, false, false },
		{ MONITOR_RESTART_NO, MONITOR_EXITED, &badly, false, false },
		{ MONITOR_RESTART_NO, MONITOR_FAILED, &badly, false, false },
		{ MONITOR_RESTART_ON_FAILURE, MONITOR_EXITED, &unknown, true, true },
		{ MONITOR_RESTART_ON_FAILURE, MONITOR_EXITED, &well, false, false },
		{ MONITOR_RESTART_ON_FAILURE, MONITOR_EXITED, &badly, false, true },
		{ MONITOR_RESTART_ON_FAILURE, MONITOR_FAILED, &well, false, true },
		{ MONITOR_RESTART_ALWAYS, MONITOR_EXITED, &unknown, true, true },
		{ MONITOR_RESTART_ALWAYS, MONITOR_EXITED, &well, false, true },
		{ MONITOR_RESTART_ALWAYS, MONITOR_FAILED, &badly, false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bool same =
			policy_at_boot(cases[i].restart, cases[i].state, *cases[i].exit_code, true);
		bool other = policy_at_boot(cases[i].restart, cases[i].state, *cases[i].exit_code,
					    false);

		if (same != cases[i].same_boot || other != cases[i].other_boot)
			TEST_FAIL("row %zu: %d %d", i, same, other);
	}
}

TEST_MAIN
