/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dhcp_record.h - what is on disk of a DHCP client: <state_dir>/dhcp/<container>/<interface>.json
 * for who it is, .lease for what it has, .error for what was refused last.
 */
#ifndef NET_DHCP_RECORD_H
#define NET_DHCP_RECORD_H

#include "net/dhcp.h"

struct dhcp_record {
	char *container;
	char *ifname;
	uint64_t metric;
	bool no_default;
	int resolv_kind; /* enum resolv_kind */
	int64_t resolv_pid;
	uint64_t resolv_start_time;
	char *resolv_path;
	/* The client. */
	int64_t pid;
	uint64_t start_time;
	char *boot_id;
};
void dhcp_record_done(struct dhcp_record *r);

enum dhcp_file { DHCP_FILE_RECORD, DHCP_FILE_LEASE, DHCP_FILE_ERROR, DHCP_FILES };

/* The directory of a container's clients, and a file's name in it; on the heap. */
char *dhcp_dir_path(const char *state_dir, const char *container);
char *dhcp_file_name(const char *ifname, enum dhcp_file file);

/* dhcp_dir_open - O_DIRECTORY; -ENOENT when there is none and @make is false. */
int dhcp_dir_open(const char *state_dir, const char *container, bool make, struct err *e);

/**
 * dhcp_lock - one at a time changes what is on disk of a host's clients, and what they configure.
 * @make: the directory, when there is none; else -ENOENT
 *
 * Returns: a descriptor that holds the lock; or -errno.
 */
int dhcp_lock(const char *state_dir, bool make, struct err *e);

/* Each returns 1, 0 when there is no such file, or -errno. */
int dhcp_record_load(int dir, const char *ifname, struct dhcp_record *out, struct err *e);
int dhcp_lease_load(int dir, const char *ifname, struct dhcp_lease *out, struct err *e);
int dhcp_error_load(int dir, const char *ifname, char **out, struct err *e);

int dhcp_record_save(int dir, const struct dhcp_record *r, struct err *e);
int dhcp_lease_save(int dir, const char *ifname, const struct dhcp_lease *l, struct err *e);
/* @text: NULL or "": none */
int dhcp_error_save(int dir, const char *ifname, const char *text, struct err *e);

/* dhcp_file_remove - with what a writer that was killed left. One that is not there is no error. */
int dhcp_file_remove(int dir, const char *ifname, enum dhcp_file file, struct err *e);

/* dhcp_client_open - a pidfd; -ESRCH when it has ended. */
int dhcp_client_open(const struct dhcp_record *r, struct err *e);

/* dhcp_lease_current - the lease, if the client that took it is this one and its time is not up.
 * Returns 1, 0 when there is none, or -errno. */
int dhcp_lease_current(int dir, const struct dhcp_record *r, struct dhcp_lease *out, struct err *e);

/* Seconds after boot. */
uint64_t dhcp_now(void);

#endif
