/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log.h - the log as runc writes it: logrus text or JSON, on stderr or in a file.
 *
 * The file is opened at once, O_APPEND, 0644, so that it exists even for bad arguments. Entries
 * below the level are not written: callers decode the whole file and expect exactly one entry, the
 * error, at the default level. With a file, errors also go to stderr, as the bare message.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/err.h"

enum log_level {
	LOG_LEVEL_NONE,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};
enum log_format { LOG_TEXT = 1, LOG_JSON };

/* @path: NULL or "" for stderr. May be called again; the default is text on stderr, warnings. */
int log_open(const char *path, enum log_format format, enum log_level level, struct err *e);
enum log_level log_level(void);
int log_fd(void); /* -1 when stderr */
/* No more entries from this process: a container must not find the file open in it. */
void log_stop(void);
void log_write(enum log_level level, const char *fmt, ...) _printf_(2, 3);
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_debug(...)                                                                             \
	do {                                                                                       \
		if (log_level() >= LOG_LEVEL_DEBUG)                                                \
			log_write(LOG_LEVEL_DEBUG, __VA_ARGS__);                                   \
	} while (0)

#endif
