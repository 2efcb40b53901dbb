# Completion for netctl, made from its tables of commands and options.
complete -c netctl -f
complete -c netctl -s h -l help -d 'show help'
complete -c netctl -n __fish_use_subcommand -s v -l version -d 'print the version'
complete -c netctl -n __fish_use_subcommand -l json -s j -d 'print JSON'
complete -c netctl -n __fish_use_subcommand -l debug -d 'log what is done, step by step'
complete -c netctl -n __fish_use_subcommand -l state-dir -x -a '(__fish_complete_directories)' -d 'keep records below DIR'
