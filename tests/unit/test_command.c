/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command.h"
#include "core/strv.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A small program whose commands note what they were given. */
struct globals {
	char *root;
	bool debug;
};

struct demo_args {
	bool all, tty;
	char *bundle;
	char **env;
	int64_t fds;
	int format, level;
	struct opt_int every;
};

static struct globals seen_globals;
static struct demo_args seen;
static char *seen_env, *seen_args, reported[ERR_TEXT_MAX], prepared[32];
static int runs;

static const struct name formats[] = { { "table", 1 }, { "json", 2 }, { NULL, 0 } };

static const struct opt demo_opts[] = {
	{ "all", 'a', OPT_FLAG, OPT_OFF(struct demo_args, all, bool), NULL, "take all", NULL, false,
	  NULL },
	{ "tty", 't', OPT_FLAG, OPT_OFF(struct demo_args, tty, bool), NULL, "have it's terminal",
	  NULL, false, NULL },
	{ "bundle", 'b', OPT_STRING, OPT_OFF(struct demo_args, bundle, char *), "DIR",
	  "the bundle's directory", NULL, false, NULL },
	{ "env", 'e', OPT_STRV, OPT_OFF(struct demo_args, env, char **), "NAME=VALUE",
	  "set [one] variable: again and again", NULL, false, NULL },
	{ "preserve-fds", 0, OPT_INT, OPT_OFF(struct demo_args, fds, int64_t), "N",
	  "pass descriptors", NULL, false, NULL },
	{ "format", 'f', OPT_ENUM, OPT_OFF(struct demo_args, format, int), "FORMAT", "how", formats,
	  false, NULL },
	{ .name = "level",
	  .kind = OPT_ENUM,
	  .offset = OPT_OFF(struct demo_args, level, int),
	  .arg = "LEVEL",
	  .help = "from which on",
	  .names = formats,
	  .bad_name = "invalid level" },
	{ .name = "every",
	  .kind = OPT_DURATION,
	  .offset = OPT_OFF(struct demo_args, every, struct opt_int),
	  .arg = "DURATION",
	  .help = "how often" },
	{ "ancient", 0, OPT_FLAG, OPT_OFF(struct demo_args, all, bool), NULL, "older name", NULL,
	  true, NULL },
	{ 0 },
};

static int run_demo(const void *global, void *args, int argc, char **argv, struct err *e)
{
	struct demo_args *a = args;

	runs++;
	seen_globals = *(const struct globals *)global;
	seen = *a;
	free(seen_env);
	free(seen_args);
	seen_env = strv_join(a->env, "|");
	seen_args = strv_join(argv, "|");
	strv_free(a->env);
	CHECK_INT(strv_len(argv), argc);
	if (argc > 0 && str_eq(argv[0], "fails"))
		return err_msg(e, ENOENT, "it is not there");
	return argc > 0 && str_eq(argv[0], "nine") ? 9 : 0;
}

static const struct command cmd_kill = { "kill",
					 "ID [SIGNAL]",
					 "Send a signal.",
					 demo_opts,
					 sizeof(struct demo_args),
					 1,
					 2,
					 run_demo,
					 0 };
static const struct command cmd_exec = {
	"exec",	  "ID COMMAND [ARG...]", "Execute.", demo_opts, sizeof(struct demo_args), 1, -1,
	run_demo, COMMAND_STOP_AT_ARG
};
static const struct command cmd_state = {
	"state", "ID", "Show the state.", NULL, sizeof(struct demo_args), 1, 1, run_demo, 0
};
static const struct command cmd_create = {
	"create", "ID", "Make one.", NULL, sizeof(struct demo_args), 1, 1, run_demo, COMMAND_NEW_ID
};
static const struct command cmd_list = {
	"list", "", "List them.", demo_opts, sizeof(struct demo_args), 0, 0, run_demo, 0
};
static const struct command cmd_init = {
	"init", "", "Inner.", NULL, sizeof(struct demo_args), 0, 0, run_demo, COMMAND_HIDDEN
};
static const struct command cmd_net_add = {
	"net add", "NAME", "Add a net.", demo_opts, sizeof(struct demo_args), 1, 1, run_demo, 0
};
static const struct command cmd_net_del = {
	"net del", "NAME", "Delete a net.", NULL, sizeof(struct demo_args), 1, 1, run_demo, 0
};
static const struct command *const commands[] = { &cmd_kill,	&cmd_exec, &cmd_state,
						  &cmd_create,	&cmd_list, &cmd_net_add,
						  &cmd_net_del, &cmd_init, NULL };

static const struct opt global_opts[] = {
	{ "root", 0, OPT_STRING, OPT_OFF(struct globals, root, char *), "DIR", "where state is",
	  NULL, false, NULL },
	{ "debug", 0, OPT_FLAG, OPT_OFF(struct globals, debug, bool), NULL, "say more", NULL, false,
	  NULL },
	{ 0 },
};

static int demo_prepare(void *globals, const struct command *c, struct err *e)
{
	struct globals *g = globals;

	snprintf(prepared, sizeof(prepared), "%s", c ? c->name : "(none)");
	if (g->root && str_eq(g->root, "bad"))
		return err_msg(e, EINVAL, "bad root");
	return 0;
}

static int demo_fail(const void *globals _unused_, const struct command *c _unused_,
		     const struct err *e)
{
	strcpy(reported, e->text);
	return 255;
}

static const struct program demo = {
	.name = "demo",
	.about = "a program for tests",
	.version = "demo version 1\nspec: 2\n",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
	.prepare = demo_prepare,
	.fail = demo_fail,
};

static char printed[32768];

/* What was written to stdout while run() ran, in printed. */
static int with_stdout(int (*run)(int argc, char **argv), int argc, char **argv)
{
	FILE *file = tmpfile();
	int kept = dup(1), r;
	size_t n;

	fflush(stdout);
	dup2(fileno(file), 1);
	r = run(argc, argv);
	fflush(stdout);
	dup2(kept, 1);
	close(kept);
	rewind(file);
	n = fread(printed, 1, sizeof(printed) - 1, file);
	printed[n] = '\0';
	fclose(file);
	return r;
}

static int demo_main(int argc, char **argv)
{
	return program_main(&demo, argc, argv);
}

/* Runs "demo" with words that spaces separate. */
static int run(const char *line)
{
	char **words = strv_split(line, ' '), **argv = strv_new();
	int r;

	strv_push(&argv, "demo");
	for (char **w = words; *w; w++)
		strv_push(&argv, *w);
	memset(&seen, 0, sizeof(seen));
	memset(&seen_globals, 0, sizeof(seen_globals));
	reported[0] = prepared[0] = '\0';
	runs = 0;
	r = with_stdout(demo_main, (int)strv_len(argv), argv);
	/* The strings go with argv: only those that were joined stay. */
	seen_globals.root = NULL;
	seen.env = NULL;
	seen.bundle = NULL;
	strv_free(words);
	strv_free(argv);
	return r;
}

TEST(spellings_of_options)
{
	static const char *const lines[] = {
		"kill --all --preserve-fds 3 --env A=1 --env B=2 id",
		"kill -all -preserve-fds=3 -e A=1 -e=B=2 id",
		"kill --a --all=true --preserve-fds=3 --env=A=1 -env B=2 id",
		"kill id -a --preserve-fds 3 -eA=1 --env=A=1 -e B=2",
		"kill -a=T --preserve-fds 3 -ae A=1 --e B=2 -- id",
		"kill --ancient --preserve-fds 3 -e A=1 -e B=2 id",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		int r = run(lines[i]);

		if (i == 3) { /* a value does not stick to its letter */
			CHECK_INT(r, 1);
			CHECK_STR(reported, "flag provided but not defined: -eA");
			continue;
		}
		CHECK_INT(r, 0);
		CHECK(seen.all);
		CHECK_INT(seen.fds, 3);
		CHECK_STR(seen_env, "A=1|B=2");
		CHECK_STR(seen_args, "id");
	}
}

TEST(options_before_and_after)
{
	CHECK_INT(run("--root /r --debug kill id --all KILL"), 0);
	CHECK(seen.all && seen_globals.debug);
	CHECK_STR(seen_args, "id|KILL");
	CHECK_STR(prepared, "kill");
	CHECK_INT(run("kill -all=false id"), 0);
	CHECK(!seen.all);
	CHECK_INT(run("kill -ta id"), 0);
	CHECK(seen.all && seen.tty);
	CHECK_INT(run("kill id -- --all"), 0);
	CHECK_STR(seen_args, "id|--all");
	CHECK_INT(run("kill -- -id -"), 0);
	CHECK_STR(seen_args, "-id|-");
	CHECK_INT(run("kill -f json id"), 0);
	CHECK_INT(seen.format, 2);
	CHECK_INT(run("kill --preserve-fds -5 id"), 0);
	CHECK_INT(seen.fds, -5);
	CHECK(!seen.every.is_set);
	CHECK_INT(run("kill --every 1.5s id"), 0);
	CHECK(seen.every.is_set);
	CHECK_INT(seen.every.value, 1500000000);
	CHECK_INT(run("kill --bundle dir --bundle= id"), 0);
	CHECK(!seen.bundle);
}

TEST(stop_at_the_first_positional)
{
	CHECK_INT(run("exec -t id sh -a --bogus -- -c"), 0);
	CHECK(seen.tty && !seen.all);
	CHECK_STR(seen_args, "id|sh|-a|--bogus|--|-c");
	CHECK_INT(run("exec -- id -h"), 0);
	CHECK_STR(seen_args, "id|-h");
	CHECK_INT(run("exec id --help"), 0);
	CHECK_STR(seen_args, "id|--help");
}

TEST(errors_in_options)
{
	static const struct {
		const char *line, *message;
	} bad[] = {
		{ "kill -x id", "flag provided but not defined: -x" },
		{ "kill --bogus=1 id", "flag provided but not defined: -bogus" },
		{ "kill -tx id", "flag provided but not defined: -tx" },
		{ "kill --ta id", "flag provided but not defined: -ta" },
		{ "kill -bt x id", "flag provided but not defined: -bt" },
		{ "kill --bundle", "flag needs an argument: -bundle" },
		{ "kill -b", "flag needs an argument: -b" },
		{ "kill ---all id", "bad flag syntax: ---all" },
		{ "kill --=x id", "bad flag syntax: --=x" },
		{ "kill -=x id", "bad flag syntax: -=x" },
		{ "kill --all=maybe id", "invalid boolean value \"maybe\" for -all: parse error" },
		{ "kill --preserve-fds=x id",
		  "invalid value \"x\" for flag -preserve-fds: parse error" },
		{ "kill --preserve-fds= id",
		  "invalid value \"\" for flag -preserve-fds: parse error" },
		{ "kill --preserve-fds 99999999999999999999 id",
		  "invalid value \"99999999999999999999\" for flag -preserve-fds: "
		  "value out of range" },
		{ "kill --format xml id",
		  "invalid value \"xml\" for flag -format: must be one of table, json" },
		{ "kill --level xml id", "invalid level: xml (must be one of table, json)" },
		{ "kill --every 1d id", "invalid value \"1d\" for flag -every: parse error" },
		{ "kill --every= id", "invalid value \"\" for flag -every: parse error" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char title[256];

		CHECK_INT(run(bad[i].line), 1);
		CHECK_INT(runs, 0);
		CHECK_STR(reported, bad[i].message);
		CHECK_STR(prepared, "kill");
		snprintf(title, sizeof(title), "Incorrect Usage: %s\n\nNAME:\n   demo kill - ",
			 bad[i].message);
		CHECK(str_starts(printed, title));
	}
	CHECK_INT(run("--bogus kill id"), 1);
	CHECK_STR(reported, "flag provided but not defined: -bogus");
	CHECK_HAS(printed,
		  "Incorrect Usage. flag provided but not defined: -bogus\n\nNAME:\n   demo - ");
	CHECK_INT(run("--root"), 1);
	CHECK_STR(reported, "flag needs an argument: -root");
	CHECK_STR(prepared, "");
}

TEST(number_of_positionals)
{
	CHECK_INT(run("kill"), 1);
	CHECK_STR(reported, "demo: \"kill\" requires a minimum of 1 argument(s)");
	CHECK(str_starts(printed, "Incorrect Usage.\n\nNAME:\n   demo kill - Send a signal.\n"));
	CHECK_INT(run("kill a b c"), 1);
	CHECK_STR(reported, "demo: \"kill\" requires a maximum of 2 argument(s)");
	CHECK_INT(run("state"), 1);
	CHECK_STR(reported, "demo: \"state\" requires exactly 1 argument(s)");
	CHECK_INT(run("state a b"), 1);
	CHECK_STR(reported, "demo: \"state\" requires exactly 1 argument(s)");
	CHECK_INT(run("list x"), 1);
	CHECK_STR(reported, "demo: \"list\" requires exactly 0 argument(s)");
	CHECK_INT(run("exec a b c d e f g"), 0);
	CHECK_INT(runs, 1);
}

TEST(results)
{
	CHECK_INT(run("kill nine"), 9);
	CHECK_STR(reported, "");
	CHECK_INT(run("kill fails"), 255);
	CHECK_STR(reported, "it is not there");
	CHECK_INT(run("--root bad kill id"), 255);
	CHECK_STR(reported, "bad root");
	CHECK_INT(runs, 0);
	CHECK_INT(run("init"), 0);
	CHECK_INT(runs, 1);
}

TEST(help_everywhere)
{
	static const char *const whole[] = { "",
					     "help",
					     "h",
					     "-h",
					     "--help",
					     "-help",
					     "--root /r",
					     "--debug --help kill",
					     "--root x help" };
	static const char *const one[] = { "kill -h", "kill --help",	"help kill",
					   "h kill",  "kill id --help", "kill -a -h --bogus" };
	char first[32768];

	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		CHECK_INT(run(whole[i]), 0);
		CHECK(str_starts(printed, "NAME:\n   demo - a program for tests\n\nUSAGE:\n"));
		CHECK_STR(prepared, "");
	}
	CHECK_HAS(printed, "VERSION:\n   demo version 1\n   spec: 2\n\nCOMMANDS:\n");
	CHECK_HAS(printed, "   kill     Send a signal.\n");
	CHECK_HAS(printed, "   help, h  Shows a list");
	CHECK_HAS(printed, "   --root DIR     where state is\n   --debug        say more\n");
	CHECK_HAS(printed, "   --help, -h     show help\n   --version, -v  print the version\n");
	CHECK(!strstr(printed, "init"));
	CHECK_INT(run("kill -h"), 0);
	strcpy(first, printed);
	for (size_t i = 0; i < ARRAY_SIZE(one); i++) {
		CHECK_INT(run(one[i]), 0);
		CHECK_STR(printed, first);
		CHECK_INT(runs, 0);
	}
	CHECK(str_starts(first, "NAME:\n   demo kill - Send a signal.\n\nUSAGE:\n"
				"   demo kill [command options] ID [SIGNAL]\n\nOPTIONS:\n"
				"   --all, -a                        take all\n"));
	CHECK_HAS(first, "   --env NAME=VALUE, -e NAME=VALUE  set [one]");
	CHECK(!strstr(first, "ancient"));
	CHECK_INT(run("state -h"), 0);
	CHECK_STR(printed, "NAME:\n   demo state - Show the state.\n\nUSAGE:\n   demo state ID\n");
}

TEST(groups)
{
	CHECK_INT(run("net add br0 --fds=1"), 1);
	CHECK_INT(run("net add --preserve-fds=7 br0"), 0);
	CHECK_STR(seen_args, "br0");
	CHECK_INT(seen.fds, 7);
	CHECK_STR(prepared, "net add");
	CHECK_INT(run("net add"), 1);
	CHECK_STR(reported, "demo: \"net add\" requires exactly 1 argument(s)");
	CHECK_INT(run("net add --help"), 0);
	CHECK(str_starts(printed, "NAME:\n   demo net add - Add a net.\n"));
	CHECK_INT(run("help net del"), 0);
	CHECK(str_starts(printed, "NAME:\n   demo net del - Delete a net.\n"));
	CHECK_INT(run("add"), 3);
	CHECK_INT(run("net frob"), 3);
	CHECK_STR(reported, "No help topic for 'net frob'");
	CHECK_INT(run("net"), 0);
	CHECK_STR(printed, "USAGE:\n   demo net command [command options] [arguments...]\n\n"
			   "COMMANDS:\n   net add  Add a net.\n   net del  Delete a net.\n");
	CHECK_INT(run("net --help"), 0);
	CHECK_INT(run("help net"), 0);
	CHECK_INT(run("ne"), 3);
	CHECK_INT(run("netadd"), 3);
}

TEST(version_and_unknown_commands)
{
	CHECK_INT(run("--version"), 0);
	CHECK_STR(printed, "demo version 1\nspec: 2\n");
	CHECK_INT(run("-v kill"), 0);
	CHECK_STR(printed, "demo version 1\nspec: 2\n");
	CHECK_INT(run("kill -v id"), 1);
	CHECK_INT(run("frob"), 3);
	CHECK_STR(reported, "No help topic for 'frob'");
	CHECK_STR(printed, "");
	CHECK_STR(prepared, "(none)");
	CHECK_INT(run("help frob"), 3);
	CHECK_STR(reported, "No help topic for 'frob'");
}

TEST(missing_arguments_of_main)
{
	char *empty[] = { NULL };
	char *nothing[] = { NULL, NULL };

	CHECK_INT(with_stdout(demo_main, 0, empty), 0);
	CHECK_INT(with_stdout(demo_main, 0, NULL), 0);
	CHECK_INT(with_stdout(demo_main, 1, nothing), 0);
	CHECK_INT(with_stdout(demo_main, 2, nothing), 0);
}

static int dump(int argc _unused_, char **argv _unused_)
{
	program_dump(&demo, stdout);
	return 0;
}

TEST(dump_of_the_tables)
{
	with_stdout(dump, 0, NULL);
	CHECK(str_starts(printed, "\t--root\tDIR\twhere state is\n\t--debug\t\tsay more\n"
				  "kill\t\tID [SIGNAL]\tSend a signal.\n"
				  "kill\t--all,-a\t\ttake all\n"));
	CHECK_HAS(printed, "\nstate\t\tID\tShow the state.\n");
	CHECK(!strstr(printed, "ancient") && !strstr(printed, "init"));
}

static int complete(int argc _unused_, char **argv)
{
	return program_complete(&demo, argv[0], stdout);
}

static int complete_for(const char *shell)
{
	char *argv[] = { (char *)(uintptr_t)shell, NULL };

	return with_stdout(complete, 1, argv);
}

TEST(completions)
{
	CHECK_INT(complete_for("bash"), 0);
	CHECK_HAS(printed, "complete -o filenames -o bashdefault -F _demo demo\n");
	CHECK_HAS(printed, "compgen -W 'table json'");
	CHECK(!strstr(printed, "ancient") && !strstr(printed, "init"));
	CHECK_INT(complete_for("zsh"), 0);
	CHECK(str_starts(printed, "#compdef demo\n"));
	CHECK_HAS(printed, "{-t,--tty}'[have it'\\''s terminal]'");
	CHECK_HAS(printed,
		  "'*'{-e=,--env=}'[set \\[one\\] variable\\: again and again]:NAME=VALUE: '");
	CHECK_INT(complete_for("fish"), 0);
	CHECK_HAS(printed, "complete -c demo -n '__fish_seen_subcommand_from kill' -l tty -s t "
			   "-d 'have it\\'s terminal'\n");
	CHECK_HAS(printed, "__fish_seen_subcommand_from state' -a '(demo list -q 2>/dev/null)'");
	CHECK(!strstr(printed, "from create' -a"));
	CHECK_INT(complete_for("csh"), -EINVAL);
	CHECK_STR(printed, "");
}

/* Lets bash itself complete "demo <line>", the last word being what was begun. */
static void bash_completes(const char *line)
{
	static char dir[] = "/tmp/test_command.XXXXXX";
	char path[64], command[2048];
	FILE *file, *pipe_file;
	size_t n;

	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	CHECK(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/demo.bash", dir);
	file = fopen(path, "w");
	program_complete(&demo, "bash", file);
	fclose(file);
	snprintf(command, sizeof(command),
		 "bash -c 'demo() { echo c1; echo c2; }; source %s; COMP_WORDS=(%s); "
		 "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
		 "COMP_WORDS[COMP_CWORD]=${COMP_WORDS[COMP_CWORD]%%_}; "
		 "_demo; echo ${COMPREPLY[*]}' 2>&1",
		 path, line);
	pipe_file = popen(command, "re");
	n = fread(printed, 1, sizeof(printed) - 1, pipe_file);
	printed[n] = '\0';
	pclose(pipe_file);
	unlink(path);
	rmdir(dir);
}

TEST(bash_completion_works)
{
	if (access("/bin/bash", X_OK) < 0)
		SKIP("no bash");
	bash_completes("demo k_");
	CHECK_STR(printed, "kill\n");
	bash_completes("demo _");
	CHECK_STR(printed, "kill exec state create list net help\n");
	bash_completes("demo --r_");
	CHECK_STR(printed, "--root\n");
	bash_completes("demo --root kill k_");
	CHECK_STR(printed, "kill\n");
	bash_completes("demo --root = kill k_");
	CHECK_STR(printed, "kill\n");
	bash_completes("demo kill --b_");
	CHECK_STR(printed, "--bundle\n");
	bash_completes("demo kill _");
	CHECK_STR(printed, "c1 c2\n");
	bash_completes("demo create _");
	CHECK_STR(printed, "--help -h\n");
	bash_completes("demo list --format j_");
	CHECK_STR(printed, "json\n");
	bash_completes("demo list --format = j_");
	CHECK_STR(printed, "json\n");
	bash_completes("demo net a_");
	CHECK_STR(printed, "add\n");
	bash_completes("demo net _");
	CHECK_STR(printed, "add del --help -h\n");
	bash_completes("demo --root x net add --b_");
	CHECK_STR(printed, "--bundle\n");
	bash_completes("demo help st_");
	CHECK_STR(printed, "state\n");
}

TEST_MAIN
