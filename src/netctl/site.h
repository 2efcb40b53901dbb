/* SPDX-License-Identifier: Apache-2.0 */
/**
 * site.h - where something is attached, by the options of net/target.h: the namespace, and the name
 * that the records go by.
 */
#ifndef NETCTL_SITE_H
#define NETCTL_SITE_H

#include "netctl/target.h"

struct site_args {
	struct target target;
	char *name;
};

/* clang-format off */
#define O_SITE_(t, m)                                                                              \
	O_TARGET_(t, m.target),                                                                    \
	O_STRING_("name", 'N', t, m.name, "NAME", "the record's name, instead of the container's")
/* clang-format on */

struct site {
	char *name;	  /* --name, the container's id, the path's last part, or pid-N */
	int netns;	  /* -1: not open */
	char *netns_path; /* absolute; NULL unless --netns */
	pid_t pid;	  /* 0: not known */
	uint64_t start_time;
};
#define SITE_NONE                                                                                  \
	{                                                                                          \
		.netns = -1                                                                        \
	}
void site_done(struct site *s);

/* site_open - one of the options is needed. Returns 0 or -errno. */
int site_open(const struct globals *g, const struct site_args *a, struct site *out, struct err *e);

/* site_name - the name alone, and the namespace if it is there still. Returns 1, 0 when no option
 * is given, or -errno. */
int site_find(const struct globals *g, const struct site_args *a, struct site *out, struct err *e);
/* site_find_one - the same, but that none is given is an error. */
int site_find_one(const struct globals *g, const struct site_args *a, struct site *out,
		  struct err *e);

/* ---- commands that show what is on record ---- */

struct site_show_args {
	struct site_args site;
	bool json;
};
extern const struct opt site_show_opts[];

struct site_show {
	bool by_name; /* the JSON is an object by containers' names, not an array */
	/* Of one container, whose name is given. @o: NULL: for people */
	int (*one)(const struct globals *g, const char *name, int argc, char **argv,
		   struct json_out *o, struct err *e);
	int (*all)(const struct globals *g, struct json_out *o, struct err *e);
};

/* site_show - the command's run(): of the container that the options name, else of all. */
int site_show(const struct globals *g, const struct site_show_args *a, const struct site_show *how,
	      int argc, char **argv, struct err *e);

#endif
