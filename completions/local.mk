# SPDX-License-Identifier: Apache-2.0
# What "PROGRAM completion SHELL" writes; tests/lint/docs compares them.

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completions/netctl completions/orchctl completions/runlet
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = completions/_netctl completions/_orchctl completions/_runlet
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = completions/netctl.fish completions/orchctl.fish completions/runlet.fish
