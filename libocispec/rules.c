/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of config.md for the top level, and what runs all rules. */
#include "libocispec/rules.h"
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

/* In seconds, 24 days: waiting for a child counts milliseconds in an int. */
#define HOOK_TIMEOUT_MAX (INT32_MAX / 1000)

const struct oci_rule *const oci_rules[] = {
	oci_config_rules,
	oci_process_rules,
	oci_namespace_rules,
	oci_linux_rules,
	oci_resources_rules,
	oci_seccomp_rules,
	NULL,
};

int oci_rule_check(const struct oci_rule *rule, const struct oci_config *c,
		   const struct oci_process *p, struct err *e)
{
	const struct oci_linux *l = c ? c->linux_ : NULL;

	if (rule->on_config)
		return c ? rule->on_config(c, e) : 0;
	if (rule->on_process)
		return p ? rule->on_process(p, e) : 0;
	if (!l)
		return 0;
	if (rule->on_linux)
		return rule->on_linux(l, e);
	if (rule->on_resources)
		return l->resources ? rule->on_resources(l->resources, e) : 0;
	return l->seccomp ? rule->on_seccomp(l->seccomp, e) : 0;
}

int oci_rules_check(const struct oci_config *c, const struct oci_process *p, struct err *e)
{
	int r;

	for (size_t i = 0; oci_rules[i]; i++) {
		for (const struct oci_rule *rule = oci_rules[i]; rule->section; rule++) {
			r = oci_rule_check(rule, c, p, e);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* A numeric identifier without leading zeros; NULL when there is none. */
static const char *skip_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n == 0 || (n > 1 && s[0] == '0') ? NULL : s + n;
}

/* Dot-separated identifiers, none empty; NULL when they are not. */
static const char *skip_identifiers(const char *s)
{
	size_t n;

	for (;; s++) {
		n = strspn(s, "0123456789-"
			      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (n == 0)
			return NULL;
		s += n;
		if (*s != '.')
			return s;
	}
}

/* MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] of semver.org 2.0.0. */
static bool is_semver(const char *s)
{
	for (int i = 0; i < 3; i++) {
		if (i > 0 && *s++ != '.')
			return false;
		s = skip_number(s);
		if (!s)
			return false;
	}
	if (*s == '-')
		s = skip_identifiers(s + 1);
	if (s && *s == '+')
		s = skip_identifiers(s + 1);
	return s && *s == '\0';
}

static int check_version(const struct oci_config *c, struct err *e)
{
	const char *version = c->oci_version ? c->oci_version : "";

	if (!is_semver(version))
		return err_msg(e, EINVAL, "ociVersion: \"%.64s\" is not a semantic version",
			       version);
	if (!str_starts(version, "1."))
		return err_msg(e, EINVAL, "ociVersion: \"%.64s\" is not supported, only 1.x is",
			       version);
	return 0;
}

static int check_root(const struct oci_config *c, struct err *e)
{
	if (!c->root)
		return err_msg(e, EINVAL, "root: required member is missing");
	if (!c->root->path || !*c->root->path)
		return err_msg(e, EINVAL, "root.path: must not be empty");
	return 0;
}

static int check_process(const struct oci_config *c, struct err *e)
{
	return c->process ? 0 : err_msg(e, EINVAL, "process: required member is missing");
}

static int check_destinations(const struct oci_config *c, struct err *e)
{
	for (size_t i = 0; i < c->n_mounts; i++)
		if (!*c->mounts[i].destination)
			return err_msg(e, EINVAL, "mounts[%zu].destination: must not be empty", i);
	return 0;
}

static int check_mount_mappings(const struct oci_config *c, struct err *e)
{
	for (size_t i = 0; i < c->n_mounts; i++)
		if (!c->mounts[i].uid_mappings != !c->mounts[i].gid_mappings)
			return err_msg(e, EINVAL, "mounts[%zu].%s: needs %s too", i,
				       c->mounts[i].uid_mappings ? "uidMappings" : "gidMappings",
				       c->mounts[i].uid_mappings ? "gidMappings" : "uidMappings");
	return 0;
}

static int check_mount_mapping_ranges(const struct oci_config *c, struct err *e)
{
	char path[64];
	int r = 0;

	for (size_t i = 0; i < c->n_mounts && r == 0; i++) {
		const struct oci_mount *m = &c->mounts[i];

		(void)snprintf(path, sizeof(path), "mounts[%zu].uidMappings", i);
		r = oci_check_mappings(path, m->uid_mappings, m->n_uid_mappings, e);
		if (r < 0)
			break;
		(void)snprintf(path, sizeof(path), "mounts[%zu].gidMappings", i);
		r = oci_check_mappings(path, m->gid_mappings, m->n_gid_mappings, e);
	}
	return r;
}

static int check_hostname(const struct oci_config *c, struct err *e)
{
	if (c->hostname && *c->hostname && !oci_namespace_get(c, CLONE_NEWUTS))
		return err_msg(e, EINVAL, "hostname: needs a uts namespace in linux.namespaces");
	return 0;
}

static int check_domainname(const struct oci_config *c, struct err *e)
{
	if (c->domainname && *c->domainname && !oci_namespace_get(c, CLONE_NEWUTS))
		return err_msg(e, EINVAL, "domainname: needs a uts namespace in linux.namespaces");
	return 0;
}

typedef int hook_check(const struct oci_hook *h, const char *kind, size_t i, struct err *e);

static int check_hook_path(const struct oci_hook *h, const char *kind, size_t i, struct err *e)
{
	if (h->path[0] != '/')
		return err_msg(e, EINVAL, "hooks.%s[%zu].path: must be an absolute path", kind, i);
	return 0;
}

static int check_hook_timeout(const struct oci_hook *h, const char *kind, size_t i, struct err *e)
{
	if (h->timeout.value > HOOK_TIMEOUT_MAX)
		return err_msg(e, EINVAL, "hooks.%s[%zu].timeout: %" PRId64 " is above %d", kind, i,
			       h->timeout.value, HOOK_TIMEOUT_MAX);
	return 0;
}

static int each_hook(const struct oci_config *c, hook_check *check, struct err *e)
{
	static const struct oci_hooks none;
	const struct oci_hooks *h = c->hooks ? c->hooks : &none;
	const struct {
		const char *kind;
		const struct oci_hook *hooks;
		size_t n;
	} lists[] = {
		{ "prestart", h->prestart, h->n_prestart },
		{ "createRuntime", h->create_runtime, h->n_create_runtime },
		{ "createContainer", h->create_container, h->n_create_container },
		{ "startContainer", h->start_container, h->n_start_container },
		{ "poststart", h->poststart, h->n_poststart },
		{ "poststop", h->poststop, h->n_poststop },
	};
	int r = 0;

	for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
		for (size_t i = 0; i < lists[k].n && r >= 0; i++)
			r = check(&lists[k].hooks[i], lists[k].kind, i, e);
	return r;
}

static int check_hook_paths(const struct oci_config *c, struct err *e)
{
	return each_hook(c, check_hook_path, e);
}

static int check_hook_timeouts(const struct oci_config *c, struct err *e)
{
	return each_hook(c, check_hook_timeout, e);
}

static int check_annotations(const struct oci_config *c, struct err *e)
{
	for (size_t i = 0; i < c->annotations.n; i++)
		if (!*c->annotations.v[i].name)
			return err_msg(e, EINVAL, "annotations: a key must not be empty");
	return 0;
}

/*
 * No row asks for absolute mount destinations: 1.3.0 says that on Linux a relative one is taken
 * from "/". An empty hostname or domainname is an absent one.
 */
const struct oci_rule oci_config_rules[] = {
	{ "config.md#specification-version", OCI_MUST, .on_config = check_version },
	{ "config.md#root", OCI_MUST, .on_config = check_root },
	/* "" would be the root itself: nobody means that. */
	{ "config.md#mounts", OCI_REFUSED, .on_config = check_destinations },
	{ "config.md#mounts", OCI_MUST, .on_config = check_mount_mappings },
	/* The kernel refuses these too, without saying which. */
	{ "config.md#mounts", OCI_REFUSED, .on_config = check_mount_mapping_ranges },
	/* Required for start; nothing can bring it between create and start. runc: the same. */
	{ "config.md#process", OCI_REFUSED, .on_config = check_process },
	/* Without a namespace the host would be renamed. runc: the same. */
	{ "config.md#hostname", OCI_REFUSED, .on_config = check_hostname },
	{ "config.md#domainname", OCI_REFUSED, .on_config = check_domainname },
	{ "config.md#posix-platform-hooks", OCI_MUST, .on_config = check_hook_paths },
	/* It would wrap around, to no time at all. */
	{ "config.md#posix-platform-hooks", OCI_REFUSED, .on_config = check_hook_timeouts },
	{ "config.md#annotations", OCI_MUST, .on_config = check_annotations },
	{ 0 },
};
