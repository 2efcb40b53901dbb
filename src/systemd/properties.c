/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/properties.h"
#include "systemd/variant.h"
#include <errno.h>

static int append_value(sd_bus_message *m, const struct variant *v, const char *type);

static int append_number(sd_bus_message *m, const struct variant *v, char type)
{
	union {
		uint8_t y;
		uint16_t q;
		int16_t n;
		uint32_t u;
		int32_t i;
		uint64_t t;
		int64_t x;
		double d;
	} value = { 0 };

	switch (type) {
	case 'y':
		value.y = (uint8_t)variant_unsigned(v);
		break;
	case 'q':
		value.q = (uint16_t)variant_unsigned(v);
		break;
	case 'n':
		value.n = (int16_t)variant_signed(v);
		break;
	case 'u':
		value.u = (uint32_t)variant_unsigned(v);
		break;
	case 'i':
		value.i = (int32_t)variant_signed(v);
		break;
	case 't':
		value.t = variant_unsigned(v);
		break;
	case 'x':
		value.x = variant_signed(v);
		break;
	default:
		value.d = variant_double(v);
		break;
	}
	return sd_bus_message_append_basic(m, type, &value);
}

static int append_list(sd_bus_message *m, const struct variant *v, const char *type)
{
	const char *end = variant_type_end(type);
	bool array = *type == 'a';
	autofree char *inner = xstrndup(type + 1, (size_t)(end - type - 1 - !array));
	const char *element = inner;
	int r;

	r = sd_bus_message_open_container(m, array ? SD_BUS_TYPE_ARRAY : SD_BUS_TYPE_STRUCT, inner);
	for (size_t i = 0; i < v->n && r >= 0; i++) {
		r = append_value(m, &v->v[i], element);
		element = array ? element : variant_type_end(element);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* The value fits the first type of the signature: variant_parse has seen to it. */
static int append_value(sd_bus_message *m, const struct variant *v, const char *type)
{
	int truth;

	switch (v->kind) {
	case VARIANT_BOOL:
		truth = str_eq(v->text, "true");
		return sd_bus_message_append_basic(m, 'b', &truth);
	case VARIANT_STRING:
		return sd_bus_message_append_basic(m, *type, v->text);
	case VARIANT_NUMBER:
		return append_number(m, v, *type);
	default:
		return append_list(m, v, type);
	}
}

static int append_property(sd_bus_message *m, const char *property, struct err *e)
{
	_cleanup_(variant_done) struct variant v = { 0 };
	const char *equals = strchr(property, '=');
	autofree char *name = NULL;
	char type[VARIANT_TYPE_MAX];
	int r;

	if (!equals || equals == property)
		return err_msg(e, EINVAL, "\"%s\" is no property", property);
	name = xstrndup(property, (size_t)(equals - property));
	r = variant_parse(equals + 1, &v, type, e);
	if (r < 0)
		return err_wrap(e, "property %s: ", name);
	r = sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', type);
	if (r >= 0)
		r = append_value(m, &v, type);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? err_set(e, -r, "property %s", name) : 0;
}

int properties_append(sd_bus_message *m, char *const *properties, struct err *e)
{
	for (; *properties; properties++) {
		int r = append_property(m, *properties, e);

		if (r < 0)
			return r;
	}
	return 0;
}
