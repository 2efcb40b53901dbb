/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/containers.h"

#include "core/strv.h"
#include "orch/rootfs.h"

static int add_namespace(const struct orch *o, const char *ns, char ***layers, struct err *e)
{
	autostrv char **names = NULL;
	int r;

	r = container_names(o, ns, &names, e);
	for (size_t i = 0; r >= 0 && names[i]; i++) {
		autofree char *dir = orch_container_dir(o, ns, names[i]);

		r = rootfs_layers(dir, layers, e);
	}
	return r < 0 ? r : 0;
}

int containers_layers(void *data, char ***layers, struct err *e)
{
	const struct orch *o = data;
	autostrv char **namespaces = NULL;
	int r;

	r = container_namespaces(o, &namespaces, e);
	for (size_t i = 0; r >= 0 && namespaces[i]; i++)
		r = add_namespace(o, namespaces[i], layers, e);
	return r < 0 ? r : 0;
}
