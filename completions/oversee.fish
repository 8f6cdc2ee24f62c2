# Completes oversee in fish: its own options up to the command's name, from there on what the command itself completes.

set -g __oversee_with_value -c --shell-line --shell --script --interpreter -C --directory -E --env --env-file \
    --unset-env --stdin -t --timeout -i --idle-timeout --slow-after --heartbeat -s --signal -k --kill-after --stop \
    --kill --leaks --leak-timeout --on-timeout \
    -r --retries -T --total-timeout -d --delay --backoff --max-delay --jitter --retry-on --no-retry-on --before-retry --flaky --repeat --jobs \
    -m --max-memory --max-cpu --max-procs --max-files --max-file-size --max-data --core --nice \
    -l --log --log-dir --log-format --stdout-file --stderr-file --show --max-output --on-overflow --json --junit --markdown --events --summary --digest --ci \
    --cgroup --sigusr1 --ok-exit --name

set -l signals HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN \
    TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS RTMIN RTMAX

# Tells where the cursor is: at one of oversee's own options, in the command (its name or its words; these are put into
# $__oversee_command), in the arguments of -c or --script, at the first word, which may be a verb, or behind the verb.
function __oversee_at --argument-names place
    set -l words (commandline -opc)
    if contains -- "$words[2]" logs
        test $place = $words[2]
        return
    end
    set -l begun 0
    set -l own 0
    set -e words[1]
    while set -q words[1]
        set -l word $words[1]
        string match -qr -- '^(-c.*|--shell-line(=.*)?|--script(=.*)?)$' $word
        and set own 1
        # Of letters in one word, the first that takes a value takes the rest, or else the next word.
        string match -qr -- '^-[A-Za-z]{2,}$' $word
        and set word (__oversee_last_letter $word)
        switch $word
            case --
                set begun 1
                set -e words[1]
                break
            case $__oversee_with_value
                set -e words[1]
            case '-*'
            case '*'
                set begun 1
                break
        end
        set -e words[1]
    end
    set -g __oversee_command $words
    switch $place
        case option
            test $begun = 0
        case command
            test $own = 0
        case argument
            test $own = 1
        case first
            test (commandline -opc | count) = 1
        case '*'
            return 1
    end
end

# The last letter of a word such as -vt as an option; -v where a letter before it has taken the rest as its value.
function __oversee_last_letter --argument-names word
    for letter in (string split '' -- (string sub --start 2 --end -1 -- $word))
        if contains -- -$letter $__oversee_with_value
            echo -- -v
            return
        end
    end
    echo -- -(string sub --start -1 -- $word)
end

# fish's own __fish_complete_subcommand takes a K=V for no word at all, and does not know letters in one word.
function __oversee_complete_command
    if not set -q __oversee_command[1]
        string match -q -- '-*' (commandline -ct)
        and return # an option, and no command's name
    end
    set -l line (string escape -- $__oversee_command) (commandline -ct)
    complete -C (string join ' ' -- $line)
end

# The ids of runs that have a record.
function __oversee_runs
    set -l directory /tmp
    test -n "$TMPDIR"
    and set directory $TMPDIR
    echo last
    for record in $directory/oversee-(id -u)/*-*-*.json
        string replace -r '.*/(.*)\.json$' '$1' -- $record
    end
end

complete -c oversee -n '__oversee_at first' -x -a logs -d 'Print the log of a run'
complete -c oversee -n '__oversee_at logs' -x -a '(__oversee_runs)'
complete -c oversee -n '__oversee_at logs' -l stdout -d "Print the bytes of the command's stdout"
complete -c oversee -n '__oversee_at logs' -l stderr -d 'Print those of its stderr'
complete -c oversee -n '__oversee_at logs' -l plain -d 'Leave out terminal escape sequences'
complete -c oversee -n '__oversee_at logs' -l tail -x -a '10 20 100' -d 'Print the last N lines only'
complete -c oversee -n '__oversee_at logs' -s f -l follow -d 'Go on until the run ends'
complete -c oversee -n '__oversee_at logs' -s h -l help -d 'Show help'

complete -c oversee -n '__oversee_at command' -x -a '(__oversee_complete_command)'
complete -c oversee -n '__oversee_at argument' -F

complete -c oversee -n '__oversee_at option' -s c -l shell-line -x -d 'Run LINE by the shell'
complete -c oversee -n '__oversee_at option' -l shell -x -a '(__fish_complete_command)' \
    -d 'The shell for -c and for scripts without #!'
complete -c oversee -n '__oversee_at option' -l script -r -F -d 'Run the script FILE'
complete -c oversee -n '__oversee_at option' -l interpreter -x -a '(__fish_complete_command)' \
    -d 'Run the script by PROG, not by its #! line'
complete -c oversee -n '__oversee_at option' -s C -l directory -x -a '(__fish_complete_directories)' \
    -d 'Run the command in DIR'
complete -c oversee -n '__oversee_at option' -s E -l env -x -a '(set --names -x)' \
    -d "Set a variable, or keep the caller's"
complete -c oversee -n '__oversee_at option' -l env-file -r -F -d 'Set what the lines K=V of FILE say'
complete -c oversee -n '__oversee_at option' -l unset-env -x -a '(set --names -x)' -d 'Remove a variable'
complete -c oversee -n '__oversee_at option' -l clear-env -d 'Start from an empty environment'
complete -c oversee -n '__oversee_at option' -l stdin -r -F -a 'inherit null' -d 'Standard input'
complete -c oversee -n '__oversee_at option' -l pty -d 'Give the command a terminal of its own'

complete -c oversee -n '__oversee_at option' -s t -l timeout -x -a '30s 5m 1h' -d 'Stop the command after DUR'
complete -c oversee -n '__oversee_at option' -s i -l idle-timeout -x -a '30s 5m 1h' -d 'Stop it when silent for DUR'
complete -c oversee -n '__oversee_at option' -l slow-after -x -a '30s 5m 1h' -d 'Say so when it has run for DUR'
complete -c oversee -n '__oversee_at option' -l heartbeat -x -a '30s 1m 5m' \
    -d 'Print a line whenever nothing was printed for DUR'
complete -c oversee -n '__oversee_at option' -s s -l signal -x -a "$signals" -d 'The first signal of a stop'
complete -c oversee -n '__oversee_at option' -s k -l kill-after -x -a '1s 10s 1m none' \
    -d 'KILL what is left DUR after the first signal'
complete -c oversee -n '__oversee_at option' -l stop -x -a 'INT:5s,TERM:10s,KILL QUIT:5s,KILL TERM:30s,KILL' \
    -d 'All signals of a stop and their times'
complete -c oversee -n '__oversee_at option' -l kill -x -a 'tree group leader' -d 'Whom a stop reaches'
complete -c oversee -n '__oversee_at option' -l leaks -x -a 'kill report fail ignore' \
    -d 'What becomes of processes that outlive the command'
complete -c oversee -n '__oversee_at option' -l leak-timeout -x -a '200ms 1s 10s none' \
    -d 'How long they may take to end by themselves'

complete -c oversee -n '__oversee_at option' -s m -l max-memory -x -a '512MiB 2GiB 8GiB' \
    -d 'Stop the tree when it uses more memory'
complete -c oversee -n '__oversee_at option' -l max-cpu -x -a '30s 5m 1h' \
    -d 'Stop the tree when it has used this much CPU time'
complete -c oversee -n '__oversee_at option' -l max-procs -x -a '64 256 1024' \
    -d 'Stop the tree when it has more processes'
complete -c oversee -n '__oversee_at option' -l max-files -x -a '256 1024 4096' \
    -d 'Files that each process may have open'
complete -c oversee -n '__oversee_at option' -l max-file-size -x -a '64MiB 1GiB 10GiB' \
    -d 'How large a file may become'
complete -c oversee -n '__oversee_at option' -l max-data -x -a '4GiB 16GiB none' \
    -d 'Memory that each process may map to write to'
complete -c oversee -n '__oversee_at option' -l core -x -a 'none unlimited inherit' -d 'How large a core file may be'
complete -c oversee -n '__oversee_at option' -l nice -x -a '5 10 19' -d 'How much to give way at the processor'
complete -c oversee -n '__oversee_at option' -l on-timeout -x -d 'Run LINE before a stop for time'

complete -c oversee -n '__oversee_at option' -s r -l retries -x -a '1 2 3 5' -d 'Try a failed command up to N times more'
complete -c oversee -n '__oversee_at option' -s T -l total-timeout -x -a '30s 5m 1h' -d 'Stop after DUR in all'
complete -c oversee -n '__oversee_at option' -s d -l delay -x -a '0 1s 10s 1m' -d 'Wait DUR before the first retry'
complete -c oversee -n '__oversee_at option' -l backoff -x -a 'fixed linear exponential' -d 'How the delay grows'
complete -c oversee -n '__oversee_at option' -l max-delay -x -a '10s 1m 10m none' -d 'Let no delay grow longer than DUR'
complete -c oversee -n '__oversee_at option' -l jitter -x -a '0 20 50' \
    -d 'Make each delay up to PCT per cent longer or shorter'
complete -c oversee -n '__oversee_at option' -l retry-on -x -a 'failure exit: signal: timeout idle limit spawn output:' \
    -d 'Try again after these ends'
complete -c oversee -n '__oversee_at option' -l no-retry-on -x \
    -a 'failure exit: signal: timeout idle limit spawn output:' -d 'Never try again after these'
complete -c oversee -n '__oversee_at option' -l before-retry -x -d 'Run LINE before each retry'
complete -c oversee -n '__oversee_at option' -l only-final -d 'On stdout, show the output of the last attempt alone'
complete -c oversee -n '__oversee_at option' -l flaky -x -a 'pass warn fail' -d 'What a success after a failure is'

complete -c oversee -n '__oversee_at option' -l repeat -x -a '10 20 100' -d 'Run it N times, and tell how many passed'
complete -c oversee -n '__oversee_at option' -l until-fail -d 'With --repeat, end with the first that fails'
complete -c oversee -n '__oversee_at option' -l jobs -x -a '2 4 8' -d 'With --repeat, N of them side by side'

complete -c oversee -n '__oversee_at option' -s l -l log -r -F -d 'Write the log to FILE'
complete -c oversee -n '__oversee_at option' -l log-dir -x -a '(__fish_complete_directories)' -d 'Write the log to DIR'
complete -c oversee -n '__oversee_at option' -l no-log -d 'Write no log'
complete -c oversee -n '__oversee_at option' -l log-format -x -a 'tagged raw' -d "The log's form"
complete -c oversee -n '__oversee_at option' -l log-required -d 'Without a complete log the run has failed'
complete -c oversee -n '__oversee_at option' -l stdout-file -r -F -d 'Write a copy of stdout to FILE'
complete -c oversee -n '__oversee_at option' -l stderr-file -r -F -d 'Write a copy of stderr to FILE'
complete -c oversee -n '__oversee_at option' -l show -x -a 'live failure never' -d 'What of the output is shown'
complete -c oversee -n '__oversee_at option' -s q -l quiet -d 'Print nothing unless the run fails'
complete -c oversee -n '__oversee_at option' -l timestamps -d 'Start each shown line with its time'
complete -c oversee -n '__oversee_at option' -l on-overflow -x -a 'truncate fail spill' \
    -d 'What becomes of a stream past --max-output'
complete -c oversee -n '__oversee_at option' -l max-output -x -a '1MiB 64MiB 1GiB none' \
    -d 'Keep at most SIZE of each stream in the log'
complete -c oversee -n '__oversee_at option' -l json -r -F -d 'Write the JSON summary to FILE as well'
complete -c oversee -n '__oversee_at option' -l junit -r -F -d 'Write a JUnit report to FILE'
complete -c oversee -n '__oversee_at option' -l markdown -r -F -d 'Write a report for people, in Markdown, to FILE'
complete -c oversee -n '__oversee_at option' -l events -r -F \
    -d 'Write events as JSON lines to a file, fd:N or unix:PATH'
complete -c oversee -n '__oversee_at option' -l summary -x -a 'always failure never' \
    -d 'Show the summary line on stderr'
complete -c oversee -n '__oversee_at option' -l digest -x -a 'auto always never' \
    -d 'After a failure show its first error line, last lines and command'
complete -c oversee -n '__oversee_at option' -l ci -x -a 'auto github gitlab buildkite teamcity azure none' \
    -d 'Mark attempts and failures on stderr for this CI service'
complete -c oversee -n '__oversee_at option' -l ci-stop-commands \
    -d 'On GitHub, let no line of the output be a workflow command'

complete -c oversee -n '__oversee_at option' -l ok-exit -x -d 'Exit codes that are a success besides 0'
complete -c oversee -n '__oversee_at option' -l sigusr1 -x -a 'forward status' -d 'What SIGUSR1 to oversee does'
complete -c oversee -n '__oversee_at option' -l preserve-status -d "After a timeout, exit with the command's own status"
complete -c oversee -n '__oversee_at option' -l cgroup -x -a 'auto always never' \
    -d 'Hold the command in a cgroup of its own'
complete -c oversee -n '__oversee_at option' -l require-cgroup -d 'Do not run the command without a cgroup of its own'
complete -c oversee -n '__oversee_at option' -l name -x -d "The run's name in summaries"
complete -c oversee -n '__oversee_at option' -s v -l verbose -d 'Say more on stderr'
complete -c oversee -n '__oversee_at option' -s h -l help -d 'Show help'
complete -c oversee -n '__oversee_at option' -s V -l version -d 'Show the version'
