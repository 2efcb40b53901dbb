/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/image_reference.h"
#include "test.h"

#include <errno.h>

static void check(const char *reference, const char *want, bool want_pinned)
{
	autofree char *source = NULL;
	struct err e;
	bool pinned;

	CHECK_INT(image_reference_source(reference, &source, &pinned, &e), 0);
	CHECK_STR(source, want);
	CHECK_INT(pinned, want_pinned);
}

static void refuse(const char *reference)
{
	autofree char *source = NULL;
	bool pinned;

	CHECK_INT(image_reference_source(reference, &source, &pinned, NULL), -EINVAL);
	CHECK(source == NULL);
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(what_skopeo_gets)
{
	check("debian", "docker://debian", false);
	check("docker://debian:12", "docker://debian:12", false);
	check("127.0.0.1:5000/x/y:1", "docker://127.0.0.1:5000/x/y:1", false);
	check("ghcr.io/x/y@sha256:" HEX, "docker://ghcr.io/x/y@sha256:" HEX, true);
	check("oci:/srv/a b:1", "oci:/srv/a b:1", false);
	check("oci-archive:x.tar", "oci-archive:x.tar", false);
	check("docker-archive:x.tar:n:t", "docker-archive:x.tar:n:t", false);
	check("dir:x", "dir:x", false);
}

TEST(what_is_no_reference)
{
	refuse("");
	refuse("--all");
	refuse("docker://-x");
	refuse("docker://");
	refuse("oci:");
	refuse("a b");
	refuse("a\nb");
	refuse("oci:a\tb");
	refuse("../x");
	refuse("/etc/passwd");
	refuse("$(id)");
	refuse("docker-daemon:x y");
}

TEST_MAIN
