/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/link.h"

#include "core/file.h"
#include "orch/message.h"
#include "orch/serve/session.h"
#include "orch/serve/url.h"

#include <errno.h>
#include <grp.h>
#include <libwebsockets.h>
#include <link.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What may wait for a server that does not read, and a line that comes in. */
#define QUEUE_MAX (16u << 20)
#define LINE_MAX_BYTES (16u << 20)
#define PIECE 4096

/* A frame that waits, with the room before it that libwebsockets wants. */
struct outgoing {
	struct outgoing *next;
	size_t len;
	unsigned char bytes[];
};

struct link {
	struct lws_context *context;
	struct lws *wsi;
	struct session *session;
	lws_sorted_usec_list_t patience;
	int in, out;
	struct str line; /* of what comes from @in */
	struct outgoing *first, **last;
	size_t queued;
	bool is_connected;
	bool is_over;
	int result;
	struct err err;
};

/* libwebsockets tells reasons only to its log; there is one link in a process. */
static char last_words[256];

static void on_log(int level _unused_, const char *line)
{
	snprintf(last_words, sizeof(last_words), "%.*s", (int)strcspn(line, "\n"), line);
}

static void over(struct link *l, int result)
{
	if (!l->is_over)
		l->result = result;
	l->is_over = true;
	lws_cancel_service(l->context);
}

/* ---- the server's silence ---- */

static void on_silence(lws_sorted_usec_list_t *patience)
{
	struct link *l = lws_container_of(patience, struct link, patience);

	over(l, err_msg(&l->err, ETIMEDOUT, "the server has said nothing for %lld ms",
			(long long)session_patience_ms(l->session)));
}

static void be_patient(struct link *l)
{
	lws_sul_schedule(l->context, 0, &l->patience, on_silence,
			 session_patience_ms(l->session) * LWS_US_PER_MS);
}

/* ---- to the server ---- */

static int on_send(void *data, const char *frame, size_t len, struct err *e)
{
	struct link *l = data;
	struct outgoing *o = NULL;

	if (l->queued + len > QUEUE_MAX)
		return err_msg(e, ENOBUFS, "the server does not read");
	o = xmalloc(sizeof(*o) + LWS_PRE + len);
	o->next = NULL;
	o->len = len;
	memcpy(o->bytes + LWS_PRE, frame, len);
	*l->last = o;
	l->last = &o->next;
	l->queued += len;
	if (l->wsi)
		lws_callback_on_writable(l->wsi);
	return 0;
}

static int write_one(struct link *l)
{
	struct outgoing *o = l->first;
	int n = 0;

	if (!o)
		return 0;
	l->first = o->next;
	if (!l->first)
		l->last = &l->first;
	l->queued -= o->len;
	n = lws_write(l->wsi, o->bytes + LWS_PRE, o->len, LWS_WRITE_TEXT);
	free(o);
	if (n < 0)
		return err_msg(&l->err, ECONNRESET, "the connection broke");
	if (l->first)
		lws_callback_on_writable(l->wsi);
	return 0;
}

/* ---- memory ---- */

static int drop_segments(struct dl_phdr_info *info, size_t size _unused_, void *data)
{
	const uintptr_t page = *(const uintptr_t *)data;

	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
		uintptr_t end = info->dlpi_addr + p->p_vaddr + p->p_memsz;

		/* Nobody writes to these: what is needed again comes from the file. */
		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
			(void)madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

/* A handshake walks through 3 MiB of libcrypto, of which an idle connection needs next to nothing.
 */
static void forget_handshake(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)dl_iterate_phdr(drop_segments, &page);
}

/* ---- to the process that serves ---- */

static int on_tell(void *data, const char *line, size_t len, struct err *e)
{
	struct link *l = data;
	autofree char *whole = xasprintf("%.*s\n", (int)len, line);

	/* The first that is told is that we are connected. */
	if (!l->is_connected)
		forget_handshake();
	l->is_connected = true;
	return fd_write_all(l->out, whole, len + 1, e);
}

/* ---- from it ---- */

static int take_lines(struct link *l)
{
	size_t at = 0;
	int r = 0;

	for (char *end; r == 0 && at < l->line.len &&
			(end = memchr(l->line.p + at, '\n', l->line.len - at));) {
		r = session_line(l->session, l->line.p + at, (size_t)(end - l->line.p) - at,
				 &l->err);
		at = (size_t)(end - l->line.p) + 1;
	}
	memmove(l->line.p, l->line.p + at, l->line.len - at);
	l->line.len -= at;
	if (l->line.len == 0)
		str_done(&l->line);
	else if (r == 0 && l->line.len > LINE_MAX_BYTES)
		r = err_msg(&l->err, EFBIG, "a line that is too long");
	return r;
}

static int on_line(struct lws *wsi, enum lws_callback_reasons reason, void *user _unused_,
		   void *in _unused_, size_t len _unused_)
{
	struct link *l = lws_context_user(lws_get_context(wsi));
	char piece[PIECE];
	ssize_t n = 0;
	int r = 0;

	if (reason != LWS_CALLBACK_RAW_RX_FILE || l->is_over)
		return 0;
	n = read(l->in, piece, sizeof(piece));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		over(l, 0);
		return 0;
	}
	str_add_bytes(&l->line, piece, (size_t)n);
	r = take_lines(l);
	if (r < 0)
		over(l, r);
	return 0;
}

/* ---- from the server ---- */

static int receive(struct link *l, const char *piece, size_t len)
{
	unsigned flags = (lws_frame_is_binary(l->wsi) ? SESSION_BINARY : 0) |
			 (lws_is_final_fragment(l->wsi) && !lws_remaining_packet_payload(l->wsi) ?
				  SESSION_LAST :
				  0);

	be_patient(l);
	return session_receive(l->session, piece, len, flags, &l->err);
}

static void on_failure(struct link *l, const char *why)
{
	l->wsi = NULL;
	over(l, err_msg(&l->err, ECONNREFUSED, "connect: %s%s%s", why ?: "no reason given",
			*last_words ? ": " : "", last_words));
}

static int on_frame(struct lws *wsi, enum lws_callback_reasons reason, void *user _unused_,
		    void *in, size_t len)
{
	struct link *l = lws_context_user(lws_get_context(wsi));
	int r = 0;

	switch (reason) {
	case LWS_CALLBACK_CLIENT_RECEIVE:
		r = l->is_over ? 0 : receive(l, in, len);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		r = l->is_over ? 0 : write_one(l);
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_failure(l, in);
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		l->wsi = NULL;
		r = err_msg(&l->err, ECONNRESET, "the connection is closed");
		break;
	default:
		return 0;
	}
	if (r < 0)
		over(l, r);
	return r < 0 ? -1 : 0;
}

/* ---- all of it ---- */

static const struct lws_protocols protocols[] = {
	{ .name = "cloud", .callback = on_frame, .rx_buffer_size = PIECE },
	{ .name = "lines", .callback = on_line },
	{ 0 },
};

static int make_context(struct link *l, const struct link_config *c)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
			   (c->ca ? LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS : 0),
		.client_ssl_ca_filepath = c->ca,
		.client_ssl_cert_filepath = c->certificate,
		.client_ssl_private_key_filepath = c->key,
		.ssl_client_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 |
					  SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		/* Tables are as large as there may be descriptors. */
		.fd_limit_per_thread = 16,
		.user = l,
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	l->context = lws_create_context(&info);
	if (!l->context)
		return err_msg(&l->err, EINVAL, "set TLS up: %s", last_words);
	*last_words = '\0';
	return 0;
}

/* A server that finds a hole finds itself nobody. */
static int become_nobody(struct err *e)
{
	const gid_t group = LINK_USER;

	if (geteuid() != 0)
		return 0;
	if (setgroups(1, &group) < 0 || setresgid(LINK_USER, LINK_USER, LINK_USER) < 0 ||
	    setresuid(LINK_USER, LINK_USER, LINK_USER) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "give up root's rights");
	/* Changing the user has undone that we end with who started us. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	return 0;
}

static int start(struct link *l, const struct url *u)
{
	autofree char *path = xasprintf("%s/?EIO=4&transport=websocket", u->path);
	autofree char *host =
		xasprintf(strchr(u->host, ':') ? "[%s]:%u" : "%s:%u", u->host, (unsigned)u->port);
	const struct lws_client_connect_info info = {
		.context = l->context,
		.address = u->host,
		.port = u->port,
		.ssl_connection = LCCSCF_USE_SSL,
		.path = path,
		.host = host,
		.origin = host,
		.local_protocol_name = "cloud",
		.alpn = "http/1.1",
		.pwsi = &l->wsi,
	};
	const lws_sock_file_fd_type in = { .filefd = l->in };

	be_patient(l);
	if (!lws_adopt_descriptor_vhost(lws_get_vhost_by_name(l->context, "default"),
					LWS_ADOPT_RAW_FILE_DESC, in, "lines", NULL))
		return err_msg(&l->err, EIO, "watch the input: %s", last_words);
	if (!lws_client_connect_via_info(&info) && !l->is_over)
		on_failure(l, NULL);
	return 0;
}

static void link_done(struct link *l)
{
	lws_sul_cancel(&l->patience);
	if (l->context)
		lws_context_destroy(l->context);
	session_free(l->session);
	str_done(&l->line);
	while (l->first) {
		struct outgoing *o = l->first;

		l->first = o->next;
		free(o);
	}
}

int link_run(const struct link_config *c, int in, int out, struct err *e)
{
	struct link l = { .in = in, .out = out };
	const struct session_hooks hooks = { on_send, on_tell, &l };
	autourl u = { 0 };
	int r = url_parse(c->url, &u, e);

	if (r < 0)
		return r;
	l.last = &l.first;
	l.session = session_new(&hooks, MESSAGE_SIZE_MAX);
	r = make_context(&l, c);
	if (r == 0)
		r = become_nobody(&l.err);
	if (r == 0)
		r = start(&l, &u);
	while (r == 0 && !l.is_over)
		if (lws_service(l.context, 0) < 0)
			r = err_msg(&l.err, EIO, "wait: %s", last_words);
	if (r == 0)
		r = l.result;
	/* What happens while all is taken down is no news. */
	l.is_over = true;
	link_done(&l);
	if (r < 0 && e)
		*e = l.err;
	return r;
}
