/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/gate.h"

#include "engine/init/sync.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[] = "/tmp/test_gate.XXXXXX";
static int dir = -1;

static void open_dir(void)
{
	strcpy(path + strlen(path) - 6, "XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir >= 0);
}

static void remove_dir(void)
{
	(void)unlinkat(dir, GATE_START, 0);
	(void)unlinkat(dir, GATE_OUTCOME, 0);
	dir = fd_close(dir);
	CHECK_INT(rmdir(path), 0);
}

/* A process that waits at the gate, and then fails or just ends. */
static pid_t waiting(struct gate *g, const char *failure)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = { 0 };

		if (gate_wait(g, &e) == 0 && failure) {
			err_set(&e, EACCES, "%s", failure);
			sync_forget_interrupts();
			sync_send_error(g->outcome, &e);
		}
		_exit(0);
	}
	CHECK(pid > 0);
	gate_close(g);
	return pid;
}

static void check_outcome(const char *failure)
{
	struct gate g = GATE_NONE;
	struct sync_msg msg;
	struct err e = { 0 };
	pid_t pid;
	int fd;

	open_dir();
	CHECK_INT(gate_make(dir, &g, &e), 0);
	pid = waiting(&g, failure);
	fd = gate_pass(dir, &e);
	CHECK(fd >= 0);
	CHECK_INT(sync_read(fd, &msg, &e), failure ? 1 : 0);
	if (failure) {
		CHECK_INT(msg.type, SYNC_ERROR);
		CHECK_INT(msg.err.num, EACCES);
		CHECK_STR(msg.err.text, "exec: permission denied");
	}
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	(void)fd_close(fd);
	remove_dir();
}

TEST(an_error_comes_out)
{
	check_outcome("exec");
}

TEST(the_end_of_the_stream_comes_out)
{
	check_outcome(NULL);
}

TEST(nobody_waits)
{
	struct gate g = GATE_NONE;
	struct err e = { 0 };

	open_dir();
	CHECK_INT(gate_make(dir, &g, &e), 0);
	gate_close(&g);
	CHECK_INT(gate_pass(dir, &e), -ENXIO);
	CHECK_INT(gate_make(dir, &g, &e), -EEXIST);
	remove_dir();
}

TEST(something_else_in_the_place_of_a_pipe)
{
	struct err e = { 0 };
	int fd;

	open_dir();
	fd = openat(dir, GATE_OUTCOME, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	(void)fd_close(fd);
	CHECK_INT(gate_pass(dir, &e), -EINVAL);
	CHECK_STR(e.text, GATE_OUTCOME ": not a named pipe");
	remove_dir();
}

TEST_MAIN
