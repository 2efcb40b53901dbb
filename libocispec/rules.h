/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rules.h - what the prose of the specification demands beyond its schema, as a table.
 *
 * Private to libocispec. A row names the section, how binding it is, and one function over the
 * object that it is about; a row about an object that is absent holds. Rows are tried in the order
 * of the chapters, and the first that does not hold is the error. Messages begin with the path of
 * the member: `linux.namespaces[3].type: duplicate "pid"`.
 */
#ifndef LIBOCISPEC_RULES_H
#define LIBOCISPEC_RULES_H

#include "libocispec/config.h"

enum oci_level {
	OCI_MUST = 1, /* the specification says that the runtime must refuse it, or that it must not
			 be */
	OCI_REFUSED,  /* the specification leaves it open; the row's comment says why it is refused
		       */
};

struct oci_rule {
	const char *section; /* NULL ends a table */
	enum oci_level level;
	/* Exactly one is set. Each returns 0, or -EINVAL. */
	int (*on_config)(const struct oci_config *c, struct err *e);
	int (*on_process)(const struct oci_process *p, struct err *e);
	int (*on_linux)(const struct oci_linux *l, struct err *e);
	int (*on_resources)(const struct oci_resources *r, struct err *e);
	int (*on_seccomp)(const struct oci_seccomp *s, struct err *e);
};

/* One table per chapter. */
extern const struct oci_rule oci_config_rules[];
extern const struct oci_rule oci_process_rules[];
extern const struct oci_rule oci_namespace_rules[];
extern const struct oci_rule oci_linux_rules[];
extern const struct oci_rule oci_resources_rules[];
extern const struct oci_rule oci_seccomp_rules[];

extern const struct oci_rule *const oci_rules[]; /* all of them, NULL-terminated */

/* Whether a rule holds. @c or @p may be NULL: rules about them, or what is in them, hold then. */
int oci_rule_check(const struct oci_rule *rule, const struct oci_config *c,
		   const struct oci_process *p, struct err *e);
/* All rules, in order. */
int oci_rules_check(const struct oci_config *c, const struct oci_process *p, struct err *e);

/* For rules: uid_t and gid_t -1 mean "do not change" to the kernel, so it is nobody's number. */
#define OCI_ID_NONE UINT32_MAX

/* For rules: a name that the kernel takes for a network device. */
bool oci_is_net_device_name(const char *name);
/* For rules: a name that stays where it is put: not "", "." or "..", no '/'. */
bool oci_is_file_name(const char *name);

/* For rules: ranges that are not empty and do not wrap around. @path: the list's, for the message.
 */
int oci_check_mappings(const char *path, const struct oci_id_mapping *v, size_t n, struct err *e);

#endif
