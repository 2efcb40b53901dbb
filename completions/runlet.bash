# shellcheck shell=bash
# Completion for runlet, made from its tables of commands and options.
_runlet()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' words='' i
	COMPREPLY=()
	# --name=value comes as three words.
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--log)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		--log-format)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		--log-level)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		--root)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		--cgroup-manager)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		--rootless)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		--criu)
			((i += 1))
			[[ ${COMP_WORDS[i]-} == = ]] && ((i += 1))
			;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $command in
	'')
		case $prev in
		--log)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--log-format)
			mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
			return
			;;
		--log-level)
			mapfile -t COMPREPLY < <(compgen -W 'error warning info debug' -- "$cur")
			return
			;;
		--root)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			return
			;;
		--cgroup-manager)
			mapfile -t COMPREPLY < <(compgen -W 'cgroupfs systemd disabled' -- "$cur")
			return
			;;
		--rootless)
			return
			;;
		esac
		words='create delete exec features kill list pause ps resume run spec start state help'
		[[ $cur != -* ]] || words='--debug --log --log-format --log-level --root --systemd-cgroup --cgroup-manager --rootless --help -h --version -v'
		;;
	help | h)
		words='create delete exec features kill list pause ps resume run spec start state '
		;;
	create)
		case $prev in
		--bundle | -b)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			return
			;;
		--config | -f)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--console-socket)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--pidfd-socket)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--pid-file)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--preserve-fds)
			return
			;;
		esac
		words='--bundle -b --config -f --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --help -h'
		;;
	delete)
		words='--force -f --help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	exec)
		case $prev in
		--additional-gids | -g)
			return
			;;
		--apparmor)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--cap | -c)
			return
			;;
		--cgroup)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--console-socket)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--cwd)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			return
			;;
		--env | -e)
			return
			;;
		--pid-file)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--pidfd-socket)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--preserve-fds)
			return
			;;
		--process | -p)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--process-label)
			return
			;;
		--user | -u)
			return
			;;
		esac
		words='--additional-gids -g --apparmor --cap -c --cgroup --console-socket --cwd --detach -d --env -e --ignore-paused --no-new-privs --no-subreaper --pid-file --pidfd-socket --preserve-fds --process -p --process-label --tty -t --user -u --help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	features)
		words='--help -h'
		;;
	kill)
		words='--all -a --help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	list)
		case $prev in
		--format | -f)
			mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur")
			return
			;;
		esac
		words='--format -f --quiet -q --help -h'
		;;
	pause)
		words='--help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	ps)
		case $prev in
		--format | -f)
			mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur")
			return
			;;
		esac
		words='--format -f --help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	resume)
		words='--help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	run)
		case $prev in
		--bundle | -b)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			return
			;;
		--config | -f)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--console-socket)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--pidfd-socket)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--pid-file)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		--preserve-fds)
			return
			;;
		--args)
			return
			;;
		esac
		words='--bundle -b --config -f --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --detach -d --keep --no-subreaper --args --help -h'
		;;
	spec)
		case $prev in
		--bundle | -b)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			return
			;;
		esac
		words='--bundle -b --rootless --help -h'
		;;
	start)
		words='--help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	state)
		words='--help -h'
		[[ $cur == -* ]] ||
			words=$("${COMP_WORDS[0]}" list -q 2>/dev/null)
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -o bashdefault -F _runlet runlet
