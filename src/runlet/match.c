/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/match.h"

#include "core/log.h"

#include <errno.h>
#include <regex.h>

static int compile(const char *text, regex_t *regex, struct err *e)
{
	char reason[128];
	int r;

	if (!*text)
		return err_msg(e, EINVAL, "the regular expression is empty");
	r = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
	if (r == 0)
		return 0;
	regerror(r, regex, reason, sizeof(reason));
	return err_msg(e, EINVAL, "invalid regular expression \"%s\": %s", text, reason);
}

static int each_match(const struct runtime *rt, char *const *ids, const regex_t *regex,
		      const char *verb, match_fn do_one, void *data, size_t *matches, struct err *e)
{
	int first = 0, r;

	for (; *ids; ids++) {
		struct err one = { 0 };

		if (regexec(regex, *ids, 0, NULL, 0) != 0)
			continue;
		(*matches)++;
		r = do_one(rt, *ids, data, &one);
		if (r >= 0)
			continue;
		if (first == 0)
			first = err_msg(e, -r, "cannot %s %s: %s", verb, *ids, one.text);
		else
			log_warning("cannot %s %s: %s", verb, *ids, one.text);
	}
	return first;
}

int match_each(const struct globals *g, const char *text, bool none_is_error, const char *verb,
	       match_fn do_one, void *data, struct err *e)
{
	autostrv char **ids = NULL;
	autoruntime rt = RUNTIME_NONE;
	size_t matches = 0;
	regex_t regex;
	int r;

	r = compile(text, &regex, e);
	if (r < 0)
		return r;
	r = open_runtime(g, false, &rt, e);
	if (r == 0)
		r = container_ids(&rt, &ids, e);
	if (r == 0)
		r = each_match(&rt, ids, &regex, verb, do_one, data, &matches, e);
	regfree(&regex);
	if (r == 0 && matches == 0 && none_is_error)
		return err_msg(e, ENOENT, "no container matches \"%s\"", text);
	return r;
}
