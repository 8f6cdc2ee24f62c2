// Declares the settings.
#include "settings/table.hpp"

#include <algorithm>
#include <array>

namespace oversee::settings {
namespace {

constexpr std::array kTable{
    Setting{"shell-line", 'c', Kind::text, "LINE", "", Group::command,
            "Run LINE by the shell; what follows is its $1, $2, ... (behind -- where it starts with a dash)", "",
            false},
    Setting{"shell", 0, Kind::program, "PATH", "/bin/sh", Group::command,
            "The shell for -c and for scripts without a #! line", "", false},
    Setting{"script", 0, Kind::path, "FILE", "", Group::command,
            "Run the script FILE; further arguments are its $1, $2, ...", "", false},
    Setting{"interpreter", 0, Kind::program, "PROG", "", Group::command, "Run the script by PROG, not by its #! line",
            "", false},
    Setting{"directory", 'C', Kind::directory, "DIR", "", Group::command, "Run the command in DIR", "", false},
    Setting{"env", 'E', Kind::assignment, "K[=V]", "", Group::command,
            "Set K in the command's environment, or keep the caller's K", "", true},
    Setting{"env-file", 0, Kind::path, "FILE", "", Group::command, "Set what the lines K=V of FILE say", "", true},
    Setting{"unset-env", 0, Kind::text, "K", "", Group::command, "Remove K from the command's environment", "", true},
    Setting{"clear-env", 0, Kind::flag, "", "", Group::command, "Start from an empty environment", "", false},
    Setting{"stdin", 0, Kind::path, "WHAT", "inherit", Group::command,
            "Standard input: inherit, null, or a file's name", "", false},
    Setting{"pty", 0, Kind::flag, "", "", Group::command,
            "Give the command a terminal of its own, for its colours, prompts and line by line output", "", false},

    Setting{"timeout", 't', Kind::duration, "DUR", "none", Group::time, "Stop the command after DUR", "", false},
    Setting{"idle-timeout", 'i', Kind::duration, "DUR", "none", Group::time,
            "Stop it when neither stream brought a byte for DUR", "", false},
    Setting{"slow-after", 0, Kind::duration, "DUR", "none", Group::time,
            "Say so on stderr when it has run for DUR, and again after each further DUR", "", false},
    Setting{"heartbeat", 0, Kind::duration, "DUR", "none", Group::time,
            "Print a line on stderr whenever nothing was printed for DUR (1m where CI=true)", "", false},
    Setting{"signal", 's', Kind::signal, "SIG", "TERM", Group::time, "The first signal of a stop", "", false},
    Setting{"kill-after", 'k', Kind::duration, "DUR", "10s", Group::time,
            "KILL what is left DUR after the first signal", "", false},
    Setting{"stop", 0, Kind::ladder, "LADDER", "", Group::time,
            "All signals of a stop and their times, instead of -s and -k: INT:5s,TERM:10s,KILL", "", false},
    Setting{"kill", 0, Kind::choice, "WHAT", "tree", Group::time,
            "Whom a stop reaches: tree (all that the command started), its process group, or only the leader",
            "tree|group|leader", false},
    Setting{"leaks", 0, Kind::choice, "WHAT", "kill", Group::time,
            "Processes that outlive the command: kill, report (name and leave them), fail (kill; exit 122) or ignore",
            "kill|report|fail|ignore", false},
    Setting{"leak-timeout", 0, Kind::duration, "DUR", "200ms", Group::time,
            "How long they may take to end by themselves; none waits for them", "", false},
    Setting{"on-timeout", 0, Kind::text, "LINE", "", Group::time,
            "Before a stop for time, run LINE by the shell, with OVERSEE_PID, for 10s at the most", "", false},

    Setting{"retries", 'r', Kind::number, "N", "0", Group::retry, "Try a failed command up to N times more", "", false},
    Setting{"total-timeout", 'T', Kind::duration, "DUR", "none", Group::retry,
            "Stop after DUR in all, delays included; what it could not let live is not begun", "", false},
    Setting{"delay", 'd', Kind::duration, "DUR", "1s", Group::retry, "Wait DUR before the first retry", "", false},
    Setting{"backoff", 0, Kind::choice, "GROWTH", "exponential", Group::retry,
            "How the delay grows: fixed, linear (2, 3, 4 times) or exponential (2, 4, 8 times)",
            "fixed|linear|exponential", false},
    Setting{"max-delay", 0, Kind::duration, "DUR", "1m", Group::retry, "Let no delay grow longer than DUR", "", false},
    Setting{"jitter", 0, Kind::number, "PCT", "20", Group::retry,
            "Make each delay up to PCT per cent longer or shorter, by chance", "", false},
    Setting{"retry-on", 0, Kind::text, "CAUSES", "failure", Group::retry,
            "Try again after these ends: failure, exit:1,75-78, signal:SEGV, timeout, idle, limit, spawn, output:REGEX",
            "", true},
    Setting{"no-retry-on", 0, Kind::text, "CAUSES", "", Group::retry, "Never after these, whatever --retry-on says", "",
            true},
    Setting{"before-retry", 0, Kind::text, "LINE", "", Group::retry, "Run LINE by the shell before each retry", "",
            false},
    Setting{"only-final", 0, Kind::flag, "", "", Group::retry,
            "On stdout, show the output of the last attempt alone, once it is the last", "", false},
    Setting{"flaky", 0, Kind::choice, "WHAT", "warn", Group::retry,
            "A success after a failure is one (pass), is one with a warning (warn), or none (fail; exit 122)",
            "pass|warn|fail", false},
    Setting{"repeat", 0, Kind::number, "N", "1", Group::retry,
            "Run it N times, each with a log of its own, and tell how many passed", "", false},
    Setting{"until-fail", 0, Kind::flag, "", "", Group::retry, "With --repeat, end with the first that fails", "",
            false},
    Setting{"jobs", 0, Kind::number, "N", "1", Group::retry, "With --repeat, N of them side by side, output unseen", "",
            false},

    Setting{"max-memory", 'm', Kind::size, "SIZE", "none", Group::limits,
            "Stop the command when it and all it started use more memory than SIZE", "", false},
    Setting{"max-cpu", 0, Kind::duration, "DUR", "none", Group::limits, "Stop it when they have used DUR of CPU time",
            "", false},
    Setting{"max-procs", 0, Kind::number, "N", "none", Group::limits, "Stop it when they are more than N processes", "",
            false},
    Setting{"max-files", 0, Kind::number, "N", "", Group::limits, "How many files each process may have open", "",
            false},
    Setting{"max-file-size", 0, Kind::size, "SIZE", "none", Group::limits, "How large a file may become", "", false},
    Setting{"max-data", 0, Kind::size, "SIZE", "", Group::limits,
            "How much memory each process may map to write to; with -m 4 times as much, 4GiB at least", "", false},
    Setting{"core", 0, Kind::size, "SIZE", "inherit", Group::limits,
            "How large a core file may be: a size, none, unlimited or inherit", "", false},
    Setting{"nice", 0, Kind::number, "N", "0", Group::limits, "Give way at the processor by N, as nice -n N does", "",
            false},

    Setting{"log", 'l', Kind::path, "FILE", "", Group::output, "Write the log to FILE", "", false},
    Setting{"log-dir", 0, Kind::directory, "DIR", "", Group::output, "Write the log to DIR, named by the run's id", "",
            false},
    Setting{"no-log", 0, Kind::flag, "", "", Group::output,
            "Write no log; the command gets oversee's own stdout and stderr (full-screen programs need it)", "", false},
    Setting{"log-format", 0, Kind::choice, "FORMAT", "tagged", Group::output,
            "The log's form: tagged (each line with time and stream) or raw (the bytes as they came)", "tagged|raw",
            false},
    Setting{"log-required", 0, Kind::flag, "", "", Group::output,
            "Without a complete log the run has failed; else it goes on and says so", "", false},
    Setting{"stdout-file", 0, Kind::path, "FILE", "", Group::output, "Write a copy of stdout to FILE", "", false},
    Setting{"stderr-file", 0, Kind::path, "FILE", "", Group::output, "Write a copy of stderr to FILE", "", false},
    Setting{"show", 0, Kind::choice, "WHAT", "live", Group::output,
            "Show the output live, only after a failure, or never", "live|failure|never", false},
    Setting{"quiet", 'q', Kind::flag, "", "", Group::output,
            "Print nothing unless the run fails: --show failure --summary failure", "", false},
    Setting{"timestamps", 0, Kind::flag, "", "", Group::output,
            "Start each shown line with its time, in seconds since the start", "", false},
    Setting{"max-output", 0, Kind::size, "SIZE", "64MiB", Group::output,
            "Keep at most SIZE of each stream in the log, its start and its end; none keeps all", "", false},
    Setting{"on-overflow", 0, Kind::choice, "WHAT", "truncate", Group::output,
            "Past --max-output: truncate the log, fail (stop the command), or spill the rest to files beside it",
            "truncate|fail|spill", false},
    Setting{"json", 0, Kind::path, "FILE", "", Group::output, "Write the JSON summary to FILE as well", "", false},
    Setting{"junit", 0, Kind::path, "FILE", "", Group::output, "Write a JUnit report to FILE", "", false},
    Setting{"markdown", 0, Kind::path, "FILE", "", Group::output, "Write a report for people, in Markdown, to FILE", "",
            false},
    Setting{"events", 0, Kind::path, "DEST", "", Group::output,
            "Write what happens, when it happens, as JSON lines to a file, fd:N or unix:PATH", "", false},
    Setting{"summary", 0, Kind::choice, "WHEN", "always", Group::output,
            "Show the summary line on stderr: always, failure or never", "always|failure|never", false},
    Setting{
        "digest", 0, Kind::choice, "WHEN", "auto", Group::output,
        "After a failure show its first error line, last lines and command: auto (what is not in sight), always, never",
        "auto|always|never", false},
    Setting{
        "ci", 0, Kind::choice, "SERVICE", "auto", Group::output,
        "Mark attempts and failures on stderr for github, gitlab, buildkite, teamcity, azure or none; auto knows which",
        "auto|github|gitlab|buildkite|teamcity|azure|none", false},
    Setting{"ci-stop-commands", 0, Kind::flag, "", "", Group::output,
            "On GitHub, let no line of the command's output be a workflow command", "", false},

    Setting{"sigusr1", 0, Kind::choice, "WHAT", "forward", Group::run,
            "What SIGUSR1 to oversee does: forward it to the command, or print a status line on stderr",
            "forward|status", false},
    Setting{"ok-exit", 0, Kind::text, "CODES", "0", Group::run,
            "Exit codes that are a success besides 0, as in 3,75-78; oversee then exits 0", "", false},
    Setting{"preserve-status", 0, Kind::flag, "", "", Group::run, "After a timeout, exit with the command's own status",
            "", false},
    Setting{"cgroup", 0, Kind::choice, "WHEN", "auto", Group::run,
            "Hold the command in a cgroup of its own: auto (where a limit or a kill asks for it), always or never",
            "auto|always|never", false},
    Setting{"require-cgroup", 0, Kind::flag, "", "", Group::run, "Do not run the command without a cgroup of its own",
            "", false},
    Setting{"name", 0, Kind::text, "TEXT", "", Group::run, "The run's name in summaries; else the command's base name",
            "", false},
    Setting{"verbose", 'v', Kind::flag, "", "", Group::run, "Say more on stderr", "", false},
};

struct Rivals {
  std::string_view one, other;
};

constexpr std::array kRivals{
    Rivals{"shell-line", "script"},
    Rivals{"stop", "signal"},
    Rivals{"stop", "kill-after"},
    Rivals{"log", "log-dir"},
    Rivals{"no-log", "log"},
    Rivals{"no-log", "log-dir"},
    Rivals{"no-log", "log-required"},
    Rivals{"quiet", "show"},
    Rivals{"quiet", "summary"},
    Rivals{"pty", "no-log"},
    Rivals{"require-cgroup", "cgroup"},
    Rivals{"repeat", "log"},
    Rivals{"repeat", "stdout-file"},
    Rivals{"repeat", "stderr-file"},
    Rivals{"repeat", "json"},
    Rivals{"repeat", "junit"},
    Rivals{"repeat", "markdown"},
    Rivals{"repeat", "events"},
};

// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::span<const Setting> table() { return kTable; }

const Setting* find(std::string_view name) {
  const auto* found = std::ranges::find(kTable, name, &Setting::name);
  return found == kTable.end() ? nullptr : found;
}

std::vector<std::string_view> rivals(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Rivals& pair : kRivals) {
    if (pair.one == name) names.push_back(pair.other);
    if (pair.other == name) names.push_back(pair.one);
  }
  return names;
}

bool names_one_run(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames{"shell-line",  "script",      "interpreter", "log",
                                                    "json",        "junit",       "markdown",    "name",
                                                    "stdout-file", "stderr-file", "events",      "repeat"};
  return std::ranges::find(kNames, name) != kNames.end();
}

std::string_view title(Group group) {
  switch (group) {
    case Group::command: return "What to run";
    case Group::time: return "How long";
    case Group::retry: return "When it fails";
    case Group::limits: return "Limits";
    case Group::output: return "What is kept and shown";
    case Group::run: return "The run";
  }
  return "";
}

std::string variable_of(const Setting& setting) {
  std::string name = "OVERSEE_";
  for (const char c : setting.name) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '-' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;  // as many edits as a slip of the fingers makes
  for (const std::string_view each : known) {
    const bool abbreviated = word.size() >= 3 && each.starts_with(word);
    const std::size_t edits = abbreviated ? 1 : distance(word, each);
    if (edits < least) {
      least = edits;
      best = each;
    }
  }
  return best;
}

}  // namespace oversee::settings
