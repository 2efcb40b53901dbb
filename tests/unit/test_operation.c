/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/operation.h"
#include "orch/registry.h"
#include "orch/store.h"
#include "core/file.h"
#include "core/strv.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A state of its own, below the directory for temporary files. */
static void make(struct orch *o)
{
	char dir[] = "/tmp/runlet-test-XXXXXX";

	CHECK(mkdtemp(dir) != NULL);
	*o = (struct orch){ .state_dir = xasprintf("%s/state", dir),
			    .run_dir = xasprintf("%s/run", dir),
			    .ns = xstrdup(ORCH_NS) };
	CHECK_INT(store_prepare(o, NULL), 0);
}

static void destroy(struct orch *o)
{
	autofree char *command =
		xasprintf("rm -rf %.*s", (int)(strlen(o->run_dir) - 4), o->run_dir);

	CHECK_INT(system(command), 0);
	orch_done(o);
}

TEST(an_operation_from_its_beginning_to_its_end)
{
	struct operation op = { 0 };
	struct err e = { 0 };
	struct orch o;

	make(&o);
	CHECK_INT(operation_load(&o, o.ns, "a", &op, &e), 0);
	CHECK_INT(operation_begin(&o, o.ns, "a", "create", &e), 0);
	CHECK_INT(operation_step(&o, o.ns, "a", "pulling_image", &e), 0);
	CHECK_INT(operation_load(&o, o.ns, "a", &op, &e), 1);
	CHECK(operation_is_running(&op));
	CHECK_STR(op.step, "pulling_image");
	CHECK_INT(op.pid, getpid());
	operation_done(&op);
	err_msg(&e, EIO, "it broke");
	CHECK_INT(operation_end(&o, o.ns, "a", &e, NULL), 0);
	CHECK_INT(operation_load(&o, o.ns, "a", &op, &e), 1);
	CHECK_INT(op.status, OPERATION_ERROR);
	CHECK_STR(op.error, "it broke");
	CHECK_STR(op.step, "pulling_image");
	operation_done(&op);
	CHECK_INT(operation_wait(&o, o.ns, "a", &e), -ECANCELED);
	CHECK_STR(e.text, "a: it broke");
	CHECK_INT(operation_end(&o, o.ns, "a", NULL, NULL), 0);
	CHECK_INT(operation_load(&o, o.ns, "a", &op, NULL), 0);
	CHECK_INT(operation_wait(&o, o.ns, "a", NULL), 0);
	CHECK_INT(operation_begin(&o, o.ns, "a", "dance", NULL), -EINVAL);
	destroy(&o);
}

TEST(a_dead_worker)
{
	struct operation op = { 0 };
	struct orch o;
	int status;
	pid_t pid;

	make(&o);
	pid = fork();
	if (pid == 0)
		_exit(operation_begin(&o, o.ns, "a", "create", NULL) == 0 ? 0 : 1);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(status, 0);
	CHECK_INT(operation_load(&o, o.ns, "a", &op, NULL), 1);
	CHECK_INT(op.status, OPERATION_ERROR);
	CHECK_STR(op.error, "interrupted");
	operation_done(&op);
	CHECK_INT(operation_wait(&o, o.ns, "a", NULL), -ECANCELED);
	destroy(&o);
}

TEST(a_lock_is_one_containers)
{
	struct orch o;
	int a, b;

	make(&o);
	a = store_lock(&o, o.ns, "a", 0, NULL);
	b = store_lock(&o, o.ns, "b", 0, NULL);
	CHECK(a >= 0 && b >= 0);
	CHECK_INT(store_lock(&o, o.ns, "a", 0, NULL), -ETIMEDOUT);
	CHECK_INT(store_lock_is(&o, o.ns, "a", a), 1);
	CHECK_INT(store_lock_is(&o, o.ns, "a", b), 0);
	(void)fd_close(a);
	(void)fd_close(b);
	destroy(&o);
}

static void registry_holds(struct orch *o, const char *file, const char *want)
{
	autofree char *path = xasprintf("%s/%s", o->state_dir, file);
	autostr text = { 0 };

	CHECK_INT(file_read(AT_FDCWD, path, 4096, &text, NULL), 0);
	CHECK_STR(text.p, want);
}

TEST(the_registry_keeps_what_is_not_ours)
{
	static const char other[] =
		"{\"other\":{\"ip\":\"192.0.2.9\",\"name\":\"other\",\"x\":[1]}}";
	autofree char *ip = NULL;
	autofree char *path = NULL;
	struct orch o;

	make(&o);
	path = xasprintf("%s/data/clients.json", o.state_dir);
	CHECK_INT(file_create(AT_FDCWD, path, 0644, other, strlen(other), NULL), 0);
	CHECK_INT(registry_set_client(&o, ORCH_NS, "plc", "10.213.0.2", NULL), 0);
	registry_holds(&o, "data/clients.json",
		       "{\n"
		       "    \"other\": {\n"
		       "        \"ip\": \"192.0.2.9\",\n"
		       "        \"name\": \"other\",\n"
		       "        \"x\": [\n"
		       "            1\n"
		       "        ]\n"
		       "    },\n"
		       "    \"plc\": {\n"
		       "        \"ip\": \"10.213.0.2\",\n"
		       "        \"name\": \"plc\"\n"
		       "    }\n"
		       "}");
	CHECK_INT(registry_get_client(&o, ORCH_NS, "plc", &ip, NULL), 1);
	CHECK_STR(ip, "10.213.0.2");
	CHECK_INT(registry_set_client(&o, ORCH_NS, "plc", NULL, NULL), 0);
	CHECK_INT(registry_set_client(&o, ORCH_NS, "plc", NULL, NULL), 0);
	free(TAKE(ip));
	CHECK_INT(registry_get_client(&o, ORCH_NS, "plc", &ip, NULL), 0);
	CHECK_INT(registry_get_client(&o, ORCH_NS, "other", &ip, NULL), 1);
	destroy(&o);
}

/* One name in two namespaces is two containers. */
TEST(namespaces_do_not_meet_in_the_registry)
{
	autofree char *plain = NULL, *spaced = NULL;
	struct orch o;

	make(&o);
	CHECK_INT(registry_set_client(&o, ORCH_NS, "plc", "10.213.0.2", NULL), 0);
	CHECK_INT(registry_set_client(&o, "lab", "plc", "10.213.1.2", NULL), 0);
	registry_holds(&o, "data/clients.json",
		       "{\n"
		       "    \"plc\": {\n"
		       "        \"ip\": \"10.213.0.2\",\n"
		       "        \"name\": \"plc\"\n"
		       "    },\n"
		       "    \"+lab+plc\": {\n"
		       "        \"ip\": \"10.213.1.2\",\n"
		       "        \"name\": \"plc\"\n"
		       "    }\n"
		       "}");
	CHECK_INT(registry_set_client(&o, ORCH_NS, "plc", NULL, NULL), 0);
	CHECK_INT(registry_get_client(&o, ORCH_NS, "plc", &plain, NULL), 0);
	CHECK_INT(registry_get_client(&o, "lab", "plc", &spaced, NULL), 1);
	CHECK_STR(spaced, "10.213.1.2");
	destroy(&o);
}

TEST(a_damaged_registry_is_kept_aside)
{
	autofree char *path = NULL;
	autofree char *ip = NULL;
	autostrv char **names = NULL;
	struct orch o;

	make(&o);
	path = xasprintf("%s/data/clients.json", o.state_dir);
	CHECK_INT(file_create(AT_FDCWD, path, 0644, "{\"a\":", 5, NULL), 0);
	CHECK_INT(registry_get_client(&o, ORCH_NS, "a", &ip, NULL), 0);
	CHECK_INT(registry_set_client(&o, ORCH_NS, "b", "10.213.0.2", NULL), 0);
	free(TAKE(path));
	path = xasprintf("%s/data", o.state_dir);
	CHECK_INT(store_list(path, &names, NULL), 0);
	CHECK_INT(strv_len(names), 2);
	CHECK(names[1] && str_starts(names[1], "clients.json.corrupt-"));
	destroy(&o);
}

TEST_MAIN
