# Completes oversee in bash: its own options up to the command's name, from there on what the command itself completes.
# shellcheck shell=bash

# Sets `words` to the line's words up to the cursor, which bash has also split at = and : (COMP_WORDBREAKS), and
# `first` to where each of them starts in COMP_WORDS.
_oversee_words() {
  local line=$COMP_LINE rest part i
  words=() first=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    part=${COMP_WORDS[i]}
    rest=${line#"${line%%[![:space:]]*}"}
    if ((i > 0)) && [[ -n $line && $rest == "$line" ]]; then
      words[${#words[@]} - 1]+=$part
    else
      words+=("$part")
      first+=("$i")
    fi
    line=${rest#"$part"}
  done
}

# Offers what compgen finds with these arguments for the word $typed.
_oversee_offer() {
  local found
  mapfile -t found < <(compgen "$@" -- "$typed")
  COMPREPLY+=("${found[@]}")
}

_oversee_offer_files() {
  compopt -o filenames 2>/dev/null
  _oversee_offer "$@"
}

# The names with SIG in front where that is how the user began.
_oversee_offer_signals() {
  local names='HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN
    TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS RTMIN RTMAX'
  local sig=''
  [[ $typed == SIG* ]] && sig=SIG
  local typed=${typed#SIG}
  _oversee_offer -W "$names"
  COMPREPLY=("${COMPREPLY[@]/#/$sig}")
}

# The ids of runs that have a record.
_oversee_offer_runs() {
  local record ids=(last)
  for record in "${TMPDIR:-/tmp}/oversee-$EUID"/*-*-*.json; do
    [[ -e $record ]] && record=${record##*/} && ids+=("${record%.json}")
  done
  _oversee_offer -W "${ids[*]}"
}

# Offers values of an option: _oversee_value OPTION TEXT
_oversee_value() {
  local typed=$2 raw=${COMP_WORDS[COMP_CWORD]} before
  case $1 in
    -C | --directory | --log-dir) _oversee_offer_files -d ;;
    -l | --log | --json | --junit | --markdown | --events | --stdout-file | --stderr-file | --script | --env-file) _oversee_offer_files -f ;;
    --shell | --interpreter) _oversee_offer_files -c ;;
    --stdin)
      _oversee_offer -W 'inherit null'
      _oversee_offer_files -f
      ;;
    -E | --env | --unset-env) _oversee_offer -e ;;
    -s | --signal) _oversee_offer_signals ;;
    -t | --timeout | -T | --total-timeout | -i | --idle-timeout | --slow-after | --heartbeat) _oversee_offer -W '30s 5m 1h' ;;
    -k | --kill-after) _oversee_offer -W '1s 10s 1m none' ;;
    --stop) _oversee_offer -W 'INT:5s,TERM:10s,KILL QUIT:5s,KILL TERM:30s,KILL' ;;
    --kill) _oversee_offer -W 'tree group leader' ;;
    --leaks) _oversee_offer -W 'kill report fail ignore' ;;
    --leak-timeout) _oversee_offer -W '200ms 1s 10s none' ;;
    -r | --retries) _oversee_offer -W '1 2 3 5' ;;
    -d | --delay) _oversee_offer -W '0 1s 10s 1m' ;;
    --max-delay) _oversee_offer -W '10s 1m 10m none' ;;
    --backoff) _oversee_offer -W 'fixed linear exponential' ;;
    --jitter) _oversee_offer -W '0 20 50' ;;
    --retry-on | --no-retry-on) _oversee_offer -W 'failure exit: signal: timeout idle limit spawn output:' ;;
    --flaky) _oversee_offer -W 'pass warn fail' ;;
    --repeat) _oversee_offer -W '10 20 100' ;;
    --jobs) _oversee_offer -W '2 4 8' ;;
    --tail) _oversee_offer -W '10 20 100' ;;
    -m | --max-memory) _oversee_offer -W '512MiB 2GiB 8GiB' ;;
    --max-cpu) _oversee_offer -W '30s 5m 1h' ;;
    --max-procs) _oversee_offer -W '64 256 1024' ;;
    --max-files) _oversee_offer -W '256 1024 4096' ;;
    --max-file-size) _oversee_offer -W '64MiB 1GiB 10GiB' ;;
    --max-data) _oversee_offer -W '4GiB 16GiB none' ;;
    --core) _oversee_offer -W 'none unlimited inherit' ;;
    --nice) _oversee_offer -W '5 10 19' ;;
    --max-output) _oversee_offer -W '1MiB 64MiB 1GiB none' ;;
    --summary) _oversee_offer -W 'always failure never' ;;
    --digest) _oversee_offer -W 'auto always never' ;;
    --ci) _oversee_offer -W 'auto github gitlab buildkite teamcity azure none' ;;
    --on-overflow) _oversee_offer -W 'truncate fail spill' ;;
    --sigusr1) _oversee_offer -W 'forward status' ;;
    --show) _oversee_offer -W 'live failure never' ;;
    --log-format) _oversee_offer -W 'tagged raw' ;;
    --cgroup) _oversee_offer -W 'auto always never' ;;
  esac
  # What stands before the piece that readline replaces must not come twice.
  if [[ $raw == --*=* ]]; then
    COMPREPLY=("${COMPREPLY[@]/#/${raw%%=*}=}")
  else
    before=${typed%"$raw"}
    [[ $raw == [=:] ]] && before=$typed
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
  fi
}

# Completes the command, whose name is COMP_WORDS[$1].
_oversee_command() {
  local typed=${COMP_WORDS[COMP_CWORD]}
  if declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$1"
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif (($1 == COMP_CWORD)); then
    _oversee_offer_files -c
  else
    _oversee_offer_files -f
  fi
}

# Completes the words of a verb: _oversee_verb VERB WORD-BEFORE TYPED
_oversee_verb() {
  local options typed=$3
  case $1 in
    logs) options='--stdout --stderr --plain --tail -f --follow -h --help' ;;
  esac
  if [[ $2 == --tail ]]; then
    _oversee_value "$2" "$typed"
  elif [[ $typed == --*=* ]]; then
    _oversee_value "${typed%%=*}" "${typed#*=}"
  elif [[ $typed == -* ]]; then
    _oversee_offer -W "$options"
  else
    _oversee_offer_runs
  fi
}

_oversee() {
  local verbs='logs'
  local with_value=(-c --shell-line --shell --script --interpreter -C --directory -E --env --env-file --unset-env
    --stdin -t --timeout -i --idle-timeout --slow-after --heartbeat -s --signal -k --kill-after --stop --kill --leaks
    --leak-timeout --on-timeout -r --retries -T --total-timeout -d --delay --backoff --max-delay --jitter --retry-on
    --no-retry-on --before-retry --flaky --repeat --jobs -m --max-memory --max-cpu --max-procs --max-files --max-file-size --max-data --core --nice
    -l --log --log-dir
    --log-format --stdout-file --stderr-file --show --max-output --on-overflow --json --junit --markdown --events --summary --digest --ci --cgroup
    --sigusr1 --ok-exit --name)
  local flags=(--clear-env --pty --only-final --until-fail --no-log --log-required -q --quiet --timestamps --ci-stop-commands --preserve-status --require-cgroup -v
    --verbose -h --help -V --version)
  local words first word option='' letters own='' ended='' typed i last
  COMPREPLY=()
  _oversee_words
  last=$((${#words[@]} - 1))
  if ((last > 1)) && [[ " $verbs " == *" ${words[1]} "* ]]; then
    _oversee_verb "${words[1]}" "${words[last - 1]}" "${words[last]}"
    return
  fi
  for ((i = 1; i < last; i++)); do
    word=${words[i]}
    if [[ -n $option ]]; then  # this is its value
      option=''
      continue
    fi
    case ${word%%=*} in
      -c* | --shell-line | --script) own=yes ;;
    esac
    case $word in
      --)
        ended=yes
        ((i++))
        break
        ;;
      --*=*) ;;
      --*) [[ " ${with_value[*]} " == *" $word "* ]] && option=$word ;;
      -?*)  # letters in one word: the first that takes a value takes the rest
        for ((letters = 1; letters < ${#word}; letters++)); do
          [[ " ${with_value[*]} " == *" -${word:letters:1} "* ]] || continue
          ((letters == ${#word} - 1)) && option=-${word:letters:1}
          break
        done
        ;;
      *)
        ended=yes
        break
        ;;
    esac
  done
  typed=${words[last]}
  if [[ -n $option ]]; then
    _oversee_value "$option" "$typed"
  elif [[ -z $ended && $typed == --*=* ]]; then
    _oversee_value "${typed%%=*}" "${typed#*=}"
  elif [[ -z $ended && $typed == -* ]]; then
    _oversee_offer -W "${with_value[*]} ${flags[*]}"
  elif [[ -n $own ]]; then
    _oversee_offer_files -f
  else
    _oversee_command "${first[i]}"
    ((last > 1)) || _oversee_offer -W "$verbs"
  fi
}

complete -F _oversee oversee
