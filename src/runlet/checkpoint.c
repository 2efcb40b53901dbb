/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of checkpoint and restore, which callers try out to learn what there is. Doing
 * it takes CRIU, and that this version does not drive. */
#include "runlet/runlet.h"

#include <errno.h>

enum { CGROUPS_SOFT = 1, CGROUPS_FULL, CGROUPS_STRICT, CGROUPS_IGNORE };

static const struct name cgroups_mode_names[] = {
	{ "soft", CGROUPS_SOFT },
	{ "full", CGROUPS_FULL },
	{ "strict", CGROUPS_STRICT },
	{ "ignore", CGROUPS_IGNORE },
	{ 0 },
};

/* What both take. */
struct criu_args {
	char *image_path, *work_path;
	char **empty_ns;
	int cgroups_mode;
	bool auto_dedup, ext_unix_sk, file_locks, lazy_pages, shell_job, tcp_established;
};

#define CRIU_OPTS(t)                                                                               \
	O_FLAG_("auto-dedup", 0, t, criu.auto_dedup, "keep each page of memory only once"),        \
		O_STRV_("empty-ns", 0, t, criu.empty_ns, "NAMESPACE",                              \
			"make the namespace, but leave it empty (may be repeated)"),               \
		O_FLAG_("ext-unix-sk", 0, t, criu.ext_unix_sk,                                     \
			"allow Unix sockets that lead outside"),                                   \
		O_FLAG_("file-locks", 0, t, criu.file_locks, "take file locks along"),             \
		O_STRING_("image-path", 0, t, criu.image_path, "DIR",                              \
			  "where the images are, by default checkpoint"),                          \
		O_FLAG_("lazy-pages", 0, t, criu.lazy_pages,                                       \
			"move memory only when it is used, by userfaultfd"),                       \
		O_ENUM_("manage-cgroups-mode", 0, t, criu.cgroups_mode, "MODE",                    \
			cgroups_mode_names, "how to treat cgroups: soft, full, strict or ignore"), \
		O_FLAG_("shell-job", 0, t, criu.shell_job, "allow the job of a shell"),            \
		O_FLAG_("tcp-established", 0, t, criu.tcp_established,                             \
			"take open TCP connections along"),                                        \
		O_STRING_("work-path", 0, t, criu.work_path, "DIR",                                \
			  "where work files and logs are, by default with the images")

struct checkpoint_args {
	struct criu_args criu;
	char *parent_path, *page_server;
	int64_t status_fd;
	bool leave_running, link_remap, pre_dump, tcp_skip_in_flight;
};

static const struct opt checkpoint_opts[] = {
	CRIU_OPTS(struct checkpoint_args),
	O_FLAG_("leave-running", 0, struct checkpoint_args, leave_running,
		"let the container go on afterwards"),
	O_FLAG_("link-remap", 0, struct checkpoint_args, link_remap,
		"link files that were unlinked back where possible"),
	O_STRING_("page-server", 0, struct checkpoint_args, page_server, "ADDRESS:PORT",
		  "send memory to this page server"),
	O_STRING_("parent-path", 0, struct checkpoint_args, parent_path, "DIR",
		  "images of an earlier pre-dump"),
	O_FLAG_("pre-dump", 0, struct checkpoint_args, pre_dump,
		"save memory only, and let the container go on"),
	O_INT_("status-fd", 0, struct checkpoint_args, status_fd, "FD",
	       "where to write a zero byte once lazy pages are served"),
	O_FLAG_("tcp-skip-in-flight", 0, struct checkpoint_args, tcp_skip_in_flight,
		"leave out TCP connections that are being made"),
	{ 0 },
};

struct restore_args {
	struct criu_args criu;
	char *bundle, *console_socket, *pid_file, *lsm_profile, *lsm_mount_context;
	bool detach, no_new_keyring, no_pivot, no_subreaper, tcp_close;
};

static const struct opt restore_opts[] = {
	CRIU_OPTS(struct restore_args),
	O_STRING_("bundle", 'b', struct restore_args, bundle, "DIR",
		  "the bundle, by default the working directory"),
	O_STRING_("console-socket", 0, struct restore_args, console_socket, "SOCKET",
		  "send the terminal's master to this Unix socket"),
	O_FLAG_("detach", 'd', struct restore_args, detach, "return once the container runs"),
	O_STRING_("lsm-mount-context", 0, struct restore_args, lsm_mount_context, "CONTEXT",
		  "mount with this SELinux context instead of the saved one"),
	O_STRING_("lsm-profile", 0, struct restore_args, lsm_profile, "TYPE:NAME",
		  "run under this profile instead of the saved one"),
	O_FLAG_("no-new-keyring", 0, struct restore_args, no_new_keyring,
		"keep the caller's session keyring"),
	O_FLAG_("no-pivot", 0, struct restore_args, no_pivot,
		"use chroot instead of pivot_root, for a root on a ramdisk"),
	O_FLAG_("no-subreaper", 0, struct restore_args, no_subreaper,
		"do not adopt the container's orphans"),
	O_STRING_("pid-file", 0, struct restore_args, pid_file, "FILE",
		  "write the pid of init to FILE"),
	O_FLAG_("tcp-close", 0, struct restore_args, tcp_close,
		"restore open TCP connections as closed ones"),
	{ 0 },
};

static int not_supported(const char *verb, const char *id, struct err *e)
{
	return err_msg(e, EOPNOTSUPP,
		       "cannot %s container %s: this version does not support checkpoints", verb,
		       id);
}

static int run_checkpoint(const void *global, void *args, int argc _unused_, char **argv,
			  struct err *e)
{
	struct checkpoint_args *a = args;
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	strv_free(a->criu.empty_ns);
	r = open_container(global, argv[0], CONTAINER_UNLOCKED, &rt, &c, e);
	return r < 0 ? r : not_supported("checkpoint", argv[0], e);
}

static int run_restore(const void *global _unused_, void *args, int argc _unused_, char **argv,
		       struct err *e)
{
	struct restore_args *a = args;
	int r;

	strv_free(a->criu.empty_ns);
	r = container_id_check(argv[0], e);
	return r < 0 ? r : not_supported("restore", argv[0], e);
}

const struct command cmd_checkpoint = {
	.name = "checkpoint",
	.synopsis = "ID",
	.about = "Save the state of a container; not supported by this version.",
	.opts = checkpoint_opts,
	.args_size = sizeof(struct checkpoint_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_checkpoint,
};

const struct command cmd_restore = {
	.name = "restore",
	.synopsis = "ID",
	.about = "Restore a container from a checkpoint; not supported by this version.",
	.opts = restore_opts,
	.args_size = sizeof(struct restore_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_restore,
	.flags = COMMAND_NEW_ID,
};
