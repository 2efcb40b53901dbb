/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/stats.h"
#include "engine/cgroup/place.h"
#include <errno.h>
#include <fcntl.h>

void cgroup_stats_done(struct cgroup_stats *s)
{
	free(s->percpu.v);
	free(s->percpu_kernel.v);
	free(s->percpu_user.v);
	free(s->cpus.v);
	free(s->mems.v);
	for (size_t i = 0; i < s->memory_stat.n; i++)
		free(s->memory_stat.v[i].name);
	free(s->memory_stat.v);
	for (size_t i = 0; i < IO_KINDS; i++)
		free(s->io[i].v);
	for (size_t i = 0; i < s->n_hugetlb; i++)
		free(s->hugetlb[i].size);
	free(s->hugetlb);
	rdt_stats_done(&s->rdt);
	*s = (struct cgroup_stats){ 0 };
}

static int read_place(const struct place *p, struct cgroup_stats *s, struct err *e)
{
	autofd int dir = openat(p->root, p->path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 && errno == ENOENT && p->optional)
		return 0;
	if (dir < 0)
		return err_set(e, errno, "cgroup statistics: open cgroup %s/%s", p->name, p->path);
	if (p->optional)
		return s->n_hugetlb ? 0 : stats_read_v2_hugetlb(dir, s, e);
	return p->v2 ? stats_read_v2(dir, s, e) : stats_read_v1(dir, p->controllers, s, e);
}

int cgroup_stats(const struct cgroup *cg, struct cgroup_stats *out, struct err *e)
{
	autostats s = { 0 };
	int r = 0;

	if (cg->n == 0)
		return err_msg(e, EOPNOTSUPP, "the container has no cgroup with statistics");
	for (size_t i = 0; i < cg->n && r == 0; i++)
		r = read_place(&cg->v[i], &s, e);
	if (r < 0)
		return r;
	*out = s;
	s = (struct cgroup_stats){ 0 };
	return 0;
}
