# Prints zsh's candidates, one per line: zsh -f zsh_candidates.zsh DIRECTORY-OF-_oversee DUMP SETUP LINE. In DUMP zsh caches
# its list of completions between calls, because generating the list takes a second.
#
# A second zsh on a pseudo-terminal completes the line as a user's shell would: it reads this file as its configuration, and
# then the lines of SETUP. Its compadd is wrapped to report the accepted candidates.

if [[ $ZSH_CANDIDATES_DIRECTORY == '' ]]; then
  zmodload zsh/zpty || exit 3
  export ZSH_CANDIDATES_DIRECTORY=$1 ZSH_CANDIDATES_DUMP=$2 ZSH_CANDIDATES_SETUP=$3 ZSH_CANDIDATES_FOUND=$(mktemp)
  line=$4
  zpty shell zsh -f -i
  zpty -w shell "source ${(q)ZSH_ARGZERO}"
  while zpty -r shell output; do
    [[ $output == READY* ]] && break
  done
  zpty -w -n shell "$line"$'\t'
  answer=4
  for ((waited = 0; waited < 3000 && answer; ++waited)); do
    while zpty -r -t shell output; do :; done
    [[ "$(<$ZSH_CANDIDATES_FOUND)" == *END ]] && answer=0
    sleep 0.02
  done
  zpty -d shell
  grep -vx END $ZSH_CANDIDATES_FOUND
  rm -f $ZSH_CANDIDATES_FOUND
  exit $answer
fi

PS1= RPS1=
unset zle_bracketed_paste
unsetopt prompt_sp prompt_cr
fpath=($ZSH_CANDIDATES_DIRECTORY $fpath)
autoload -Uz compinit && compinit -u -C -d $ZSH_CANDIDATES_DUMP
eval $ZSH_CANDIDATES_SETUP

compadd() {
  local -a took
  # A call that stores its matches (-O, -A, -D) adds none.
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    builtin compadd -A took "$@"
    (( $#took )) && print -rl -- $took >>$ZSH_CANDIDATES_FOUND
  fi
  builtin compadd "$@"
}
done_completing() { print END >>$ZSH_CANDIDATES_FOUND }
complete_and_tell() { comppostfuncs=(done_completing); _main_complete }
zle -C candidates complete-word complete_and_tell
bindkey '^I' candidates
print READY
