# SPDX-License-Identifier: Apache-2.0

ORCHCTL_TESTS = \
	tests/orchctl/audit.bats \
	tests/orchctl/boot.bats \
	tests/orchctl/containers.bats \
	tests/orchctl/crash.bats \
	tests/orchctl/images.bats \
	tests/orchctl/logs.bats \
	tests/orchctl/messages.bats \
	tests/orchctl/monitor.bats \
	tests/orchctl/readme.bats \
	tests/orchctl/run.bats \
	tests/orchctl/run_command.bats \
	tests/orchctl/serial.bats \
	tests/orchctl/serve.bats \
	tests/orchctl/state.bats
EXTRA_DIST += $(ORCHCTL_TESTS) \
	tests/orchctl/.shellcheckrc \
	tests/orchctl/helpers.bash \
	tests/orchctl/helpers/ask.py \
	tests/orchctl/helpers/images.py \
	tests/orchctl/helpers/leaving.py \
	tests/orchctl/helpers/plc.py \
	tests/orchctl/setup_suite.bash \
	tests/orchctl/socketio/package-lock.json \
	tests/orchctl/socketio/package.json \
	tests/orchctl/socketio/server.js

# On the real kernel, as root.
check-orchctl: all
	@$(TESTS_RUN) check-orchctl $(ORCHCTL_TESTS:%=$(top_srcdir)/%)

.PHONY: check-orchctl
