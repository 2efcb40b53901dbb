# Completion for orchctl, made from its tables of commands and options.
complete -c orchctl -f
complete -c orchctl -s h -l help -d 'show help'
complete -c orchctl -n __fish_use_subcommand -s v -l version -d 'print the version'
complete -c orchctl -n __fish_use_subcommand -l state-dir -x -a '(__fish_complete_directories)' -d 'keep records below DIR'
complete -c orchctl -n __fish_use_subcommand -l runtime -r -F -d 'reach containers through this OCI runtime'
complete -c orchctl -n __fish_use_subcommand -l debug -d 'log what is done, step by step'
