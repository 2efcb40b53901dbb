/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ovs_rows.h - the rows of Open vSwitch's database as bridges and ports; pure.
 */
#ifndef NET_OVS_ROWS_H
#define NET_OVS_ROWS_H

#include "core/json.h"
#include "net/ovs.h"

/**
 * ovs_rows_decode - put the rows of four tables together.
 * @root, @bridges, @ports, @interfaces: arrays of rows
 * @out: zeroed; free with ovs_config_done
 *
 * A reference to a row that is not there, and a column that is not what the schema says, are passed
 * over.
 */
void ovs_rows_decode(const struct json *root, const struct json *bridges, const struct json *ports,
		     const struct json *interfaces, struct ovs_config *out);

#endif
