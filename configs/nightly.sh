#!/bin/sh
# Runs the nightly job under a deadline and keeps a month of logs; for cron, or systemd/oversee-nightly.timer.
#
# cron mails what is written: here that is the job's standard error and, when it fails, oversee's one line that says how
# and names the log. All of the job's output is in that log.
set -eu

job=${NIGHTLY_JOB:-/usr/local/bin/backup}
logs=${NIGHTLY_LOGS:-/var/log/nightly}

mkdir -p "$logs"
find "$logs" -name '*.log' -mtime +30 -delete

# After two hours TERM, a minute later KILL, for all that the job has started. The newest summary is always last.json.
exec oversee -t 2h -k 1m --stdin null --name nightly --log-dir "$logs" --json "$logs/last.json" --summary failure \
  -- "$job" "$@" >/dev/null
