/* SPDX-License-Identifier: Apache-2.0 */
/**
 * containers.h - what is asked of all containers together.
 */
#ifndef ORCH_CONTAINERS_H
#define ORCH_CONTAINERS_H

#include "core/json.h"
#include "monitor/monitor.h"
#include "orch/container.h"

/* containers_layers - the layers that containers have mounted; an image_used_fn.
 * @data: a struct orch */
int containers_layers(void *data, char ***layers, struct err *e);

/* A container at a glance. */
struct container_view {
	struct container container;
	struct monitor_status status;
	char *error; /* its record or its status cannot be read; NULL */
};

struct container_views {
	struct container_view *v; /* by name */
	size_t n;
};

void container_view_done(struct container_view *v);
/* One, in whatever state. Returns 1, or 0 when there is none; what it suffers from is in error. */
int container_view_load(const struct orch *o, const char *ns, const char *name,
			struct container_view *out);

/* Those of one namespace; one that goes meanwhile is left out. */
int containers_view(const struct orch *o, const char *ns, struct container_views *out,
		    struct err *e);
void container_views_done(struct container_views *views);

/* "creating" of one that is not complete, else its monitor's state. */
const char *container_view_state(const struct container_view *v);
void container_view_encode(const struct container_view *v, struct json_out *o);
/* Its members, into an object. */
void container_view_put(const struct container_view *v, struct json_out *o);

#endif
