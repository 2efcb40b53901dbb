/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/image_reference.h"

#include <ctype.h>
#include <errno.h>

#define REGISTRY "docker://"

/* What skopeo reads from the file system. */
static const char *const local[] = { "oci:", "oci-archive:", "docker-archive:", "dir:" };

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

/* NAME[:TAG][@DIGEST]; which of them go together skopeo says. */
static bool is_name(const char *text)
{
	if (!isascii((unsigned char)*text) || !isalnum((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!isascii((unsigned char)*text) ||
		    (!isalnum((unsigned char)*text) && !strchr("._-/:@+", *text)))
			return false;
	return !strchr("/:@", text[-1]);
}

int image_reference_source(const char *reference, char **source, bool *pinned, struct err *e)
{
	const char *name = reference;

	if (strlen(reference) > IMAGE_REFERENCE_MAX || !is_printable(reference))
		return err_msg(e, EINVAL, "image \"%s\": too long, or has control characters",
			       reference);
	for (size_t i = 0; i < ARRAY_SIZE(local); i++)
		if (str_starts(reference, local[i]) && reference[strlen(local[i])]) {
			*source = xstrdup(reference);
			*pinned = false;
			return 0;
		}
	if (str_starts(reference, REGISTRY))
		name += strlen(REGISTRY);
	if (!is_name(name))
		return err_msg(e, EINVAL, "image \"%s\": not a reference", reference);
	*source = xasprintf(REGISTRY "%s", name);
	*pinned = strstr(name, "@sha256:") != NULL;
	return 0;
}
