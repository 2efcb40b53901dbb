/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/features.h"

#include "runlet/runlet.h"

static int run_features(const void *global _unused_, void *args _unused_, int argc _unused_,
			char **argv _unused_, struct err *e)
{
	autojsonout *o = json_out_new("    ");
	struct oci_features f = { 0 };
	size_t len;

	features_fill(&f);
	record_encode(&oci_features_record, &f, o);
	record_done(&oci_features_record, &f);
	puts(json_out_text(o, &len));
	return finish_output(e);
}

const struct command cmd_features = {
	.name = "features",
	.synopsis = "",
	.about = "Print what this runtime can do, as the OCI features document.",
	.run = run_features,
};
