/* SPDX-License-Identifier: Apache-2.0 */
/**
 * criu_args.h - the options that checkpoint and restore share.
 */
#ifndef RUNLET_CRIU_ARGS_H
#define RUNLET_CRIU_ARGS_H

#include "engine/criu/checkpoint.h"
#include "runlet/runlet.h"

struct criu_args {
	char *image_path, *work_path;
	char **empty_ns;
	int cgroups_mode; /* as in struct criu_options */
	bool auto_dedup, ext_unix_sk, file_locks, lazy_pages, shell_job, tcp_established;
};

extern const struct name criu_cgroups_mode_names[];

/* Rows of an option table whose argument struct, of type t, has a struct criu_args named criu. */
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
			criu_cgroups_mode_names,                                                   \
			"how to treat cgroups: soft, full, strict or ignore"),                     \
		O_FLAG_("shell-job", 0, t, criu.shell_job, "allow the job of a shell"),            \
		O_FLAG_("tcp-established", 0, t, criu.tcp_established,                             \
			"take open TCP connections along"),                                        \
		O_STRING_("work-path", 0, t, criu.work_path, "DIR",                                \
			  "where work files and logs are, by default with the images")

static inline struct criu_options criu_options_of(const struct criu_args *a,
						  const struct globals *g)
{
	return (struct criu_options){
		.program = g->criu,
		.image_path = a->image_path,
		.work_path = a->work_path,
		.empty_ns = a->empty_ns,
		.cgroups_mode = a->cgroups_mode,
		.auto_dedup = a->auto_dedup,
		.ext_unix_sk = a->ext_unix_sk,
		.file_locks = a->file_locks,
		.lazy_pages = a->lazy_pages,
		.shell_job = a->shell_job,
		.tcp_established = a->tcp_established,
	};
}

#endif
