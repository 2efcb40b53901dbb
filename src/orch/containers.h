/* SPDX-License-Identifier: Apache-2.0 */
/**
 * containers.h - what is asked of all containers together.
 */
#ifndef ORCH_CONTAINERS_H
#define ORCH_CONTAINERS_H

#include "orch/container.h"

/* containers_layers - the layers that containers have mounted; an image_used_fn.
 * @data: a struct orch */
int containers_layers(void *data, char ***layers, struct err *e);

#endif
