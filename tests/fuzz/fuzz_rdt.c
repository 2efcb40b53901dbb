/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is a configuration's, the rest a schemata file. A line of the file holds in it. */
#include "engine/rdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static bool has_domains(const char *line)
{
	const char *colon = strchr(line, ':');

	return colon && colon[1 + strspn(colon + 1, " \t\r;")] != '\0';
}

static void check_line(const char *schemata, const char *resource)
{
	autofree char *line = rdt_line_of(schemata, resource);

	if (!line)
		return;
	require(!strchr(line, '\n') && strlen(line) <= strlen(schemata));
	/* One that says nothing of a domain, or two things, is none of the kernel's. */
	if (has_domains(line) && !strchr(line, ';'))
		require(rdt_line_holds(schemata, line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = NULL, *line = NULL;
	const char *schemata;

	if (size > 1 << 14)
		return 0;
	text = xstrndup((const char *)data, size);
	line = xstrndup(text, strcspn(text, "\n"));
	schemata = text + strcspn(text, "\n");
	(void)rdt_line_holds(schemata, line);
	check_line(schemata, "L3");
	check_line(schemata, "MB");
	return 0;
}
