# Completion for orchctl, made from its tables of commands and options.
complete -c orchctl -f
complete -c orchctl -s h -l help -d 'show help'
complete -c orchctl -n __fish_use_subcommand -s v -l version -d 'print the version'
complete -c orchctl -n __fish_use_subcommand -l debug -d 'log what is done, step by step'
complete -c orchctl -n __fish_use_subcommand -l image -x -d 'create containers of messages from this image, without a tag'
complete -c orchctl -n __fish_use_subcommand -l log-dir -x -a '(__fish_complete_directories)' -d 'keep containers\' logs below DIR'
complete -c orchctl -n __fish_use_subcommand -l monitor -r -F -d 'supervise containers by this runlet-monitor'
complete -c orchctl -n __fish_use_subcommand -l ns -x -d 'the namespace of containers\' names'
complete -c orchctl -n __fish_use_subcommand -l run-dir -x -a '(__fish_complete_directories)' -d 'keep what a reboot may take below DIR'
complete -c orchctl -n __fish_use_subcommand -l runtime -r -F -d 'reach containers through this OCI runtime'
complete -c orchctl -n __fish_use_subcommand -l state-dir -x -a '(__fish_complete_directories)' -d 'keep records below DIR'
