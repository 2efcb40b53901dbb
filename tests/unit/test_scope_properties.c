/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/scope_properties.h"
#include "core/strv.h"
#include "test.h"
#include <errno.h>

#define DEVICES                                                                                    \
	"Character devices:\n  1 mem\n  5 /dev/tty\n136 pts\n\nBlock devices:\n  7 loop\n  8 sd\n"
#define SET(x)                                                                                     \
	{                                                                                          \
		.is_set = true, .value = (x)                                                       \
	}

static struct err error;
static char text[8192];

/* The properties of limits, on v2 or v1, with "; " between them. */
static const char *limits(const struct oci_resources *r, bool v2)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	autostrv char **out = strv_new();
	autofree char *joined = NULL;

	CHECK_INT(limits_plan(r, v2 ? 0 : ~0u, v2 ? ~0u : 0, &l, &error), 0);
	scope_limits(&l, &out);
	joined = strv_join(out, "; ");
	snprintf(text, sizeof(text), "%s", joined);
	return text;
}

TEST(memory)
{
	struct oci_memory m = { .limit = SET(4096), .swap = SET(12288), .reservation = SET(-1) };
	struct oci_resources r = { .memory = &m };

	CHECK_STR(limits(&r, true), "MemoryMax=uint64 4096; MemorySwapMax=uint64 8192; "
				    "MemoryLow=uint64 18446744073709551615");
	CHECK_STR(limits(&r, false), "MemoryLimit=uint64 4096");
}

TEST(cpu)
{
	struct oci_cpu c = { .shares = SET(1024), .quota = SET(12345), .period = SET(50000) };
	struct oci_resources r = { .cpu = &c };

	/* Whole per cents: 24.69 % is 25 %. */
	CHECK_STR(limits(&r, true), "CPUWeight=uint64 100; CPUQuotaPerSecUSec=uint64 250000; "
				    "CPUQuotaPeriodUSec=uint64 50000");
	CHECK_STR(limits(&r, false), "CPUShares=uint64 1024; CPUQuotaPerSecUSec=uint64 250000; "
				     "CPUQuotaPeriodUSec=uint64 50000");
	c = (struct oci_cpu){ .quota = SET(-1) };
	CHECK_STR(limits(&r, true), "CPUQuotaPerSecUSec=uint64 18446744073709551615");
	c = (struct oci_cpu){ .quota = SET(200000) };
	CHECK_HAS(limits(&r, true), "CPUQuotaPerSecUSec=uint64 2000000");
	/* What the quota is, only the kernel knows. */
	c = (struct oci_cpu){ .period = SET(50000) };
	CHECK_STR(limits(&r, true), "");
}

TEST(cpuset)
{
	struct oci_cpu c = { .cpus = (char *)"0-2,9", .mems = (char *)"0" };
	struct oci_resources r = { .cpu = &c };

	CHECK_STR(limits(&r, true), "AllowedCPUs=@ay [7, 2]; AllowedMemoryNodes=@ay [1]");
	CHECK_STR(limits(&r, false), "");
	c = (struct oci_cpu){ .cpus = (char *)"0-x" };
	CHECK_STR(limits(&r, true), "");
}

TEST(pids_and_unified)
{
	struct oci_pids p = { .limit = SET(0) };
	struct strmap_entry high = { (char *)"memory.high", (char *)"max" };
	struct oci_resources r = { .pids = &p, .unified = { &high, 1 } };

	CHECK_STR(limits(&r, true), "TasksMax=uint64 1; MemoryHigh=uint64 18446744073709551615");
	p = (struct oci_pids){ .limit = SET(-1) };
	r.unified.n = 0;
	CHECK_STR(limits(&r, true), "TasksMax=uint64 18446744073709551615");
}

static const char *devices(struct device_rules rules)
{
	autostrv char **out = NULL;
	autofree char *joined = NULL;

	scope_devices(&rules, DEVICES, &out);
	joined = strv_join(out, "; ");
	snprintf(text, sizeof(text), "%s", joined);
	return text;
}

TEST(devices_that_systemd_can_express)
{
	struct device_rule v[] = {
		{ 'c', 1, 3, DEVICE_ALL },
		{ 'c', 136, DEVICE_ANY, DEVICE_READ | DEVICE_WRITE },
		{ 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
		{ 'b', 8, DEVICE_ANY, DEVICE_READ },
	};

	CHECK_STR(devices((struct device_rules){ false, v, ARRAY_SIZE(v) }),
		  "DevicePolicy='strict'; DeviceAllow=@a(ss) []; "
		  "DeviceAllow=@a(ss) [('/dev/char/1:3', 'rwm'), ('char-pts', 'rw'), "
		  "('block-*', 'm'), ('block-sd', 'r')]");
	CHECK_STR(devices((struct device_rules){ false, NULL, 0 }),
		  "DevicePolicy='strict'; DeviceAllow=@a(ss) []");
}

TEST(devices_that_it_cannot)
{
	struct device_rule minor = { 'c', DEVICE_ANY, 3, DEVICE_ALL };
	struct device_rule unknown = { 'c', 250, DEVICE_ANY, DEVICE_ALL };
	/* 8 is a block device's. */
	struct device_rule kind = { 'c', 8, DEVICE_ANY, DEVICE_ALL };
	static const char automatic[] = "DevicePolicy='auto'; DeviceAllow=@a(ss) []";

	CHECK_STR(devices((struct device_rules){ true, NULL, 0 }), automatic);
	CHECK_STR(devices((struct device_rules){ false, &minor, 1 }), automatic);
	CHECK_STR(devices((struct device_rules){ false, &unknown, 1 }), automatic);
	CHECK_STR(devices((struct device_rules){ false, &kind, 1 }), automatic);
}

static const char *annotation(const char *name, const char *value)
{
	struct strmap_entry entry = { (char *)name, (char *)value };
	struct strmap map = { &entry, 1 };
	autostrv char **out = strv_new();
	int r = scope_annotations(&map, &out, &error);

	snprintf(text, sizeof(text), "%s", r < 0 ? "refused" : out[0] ? out[0] : "");
	return text;
}

TEST(annotations)
{
	CHECK_STR(annotation("org.example.x", "1"), "");
	CHECK_STR(annotation("org.systemd.property.CollectMode", "'inactive-or-failed'"),
		  "CollectMode='inactive-or-failed'");
	CHECK_STR(annotation("org.systemd.property.TimeoutStopUSec", "uint64 5"),
		  "TimeoutStopUSec=uint64 5");
	CHECK_STR(annotation("org.systemd.property.TimeoutStopSec", "uint64 5"),
		  "TimeoutStopUSec=uint64 5000000");
	CHECK_STR(annotation("org.systemd.property.TimeoutStopSec", "1.5"),
		  "TimeoutStopUSec=uint64 1500000");
}

TEST(annotations_that_are_refused)
{
	CHECK_STR(annotation("org.systemd.property.", "1"), "refused");
	CHECK_STR(annotation("org.systemd.property.A=B", "1"), "refused");
	CHECK_STR(annotation("org.systemd.property.TimeoutStopSec", "'x'"), "refused");
	CHECK_STR(annotation("org.systemd.property.TimeoutStopSec", "-1"), "refused");
	CHECK_HAS(error.text, "annotation org.systemd.property.TimeoutStopSec: \"-1\"");
}

TEST_MAIN
