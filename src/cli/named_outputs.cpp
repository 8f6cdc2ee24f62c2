// Resolves the output files that settings name.
#include "cli/named_outputs.hpp"

#include <fmt/format.h>

#include <string_view>

namespace oversee::cli {
namespace {

constexpr std::string_view kAttempt = "%a";

// A destination and the setting that names it.
struct Named {
  std::string_view setting;
  const os::Destination* at;
};

bool are_copies(std::string_view one, std::string_view other) {
  return one == "stdout-file" && other == "stderr-file";  // they may share a file
}

model::Result<void> refuse_shared(const std::vector<Named>& all) {
  for (auto one = all.begin(); one != all.end(); ++one) {
    for (auto other = one + 1; other != all.end(); ++other) {
      if (one->at->kind != os::Destination::Kind::file || one->at->path != other->at->path) continue;
      if (other->at->kind != os::Destination::Kind::file || are_copies(one->setting, other->setting)) continue;
      return std::unexpected(
          model::Failure{"write two things to one file", 0, one->at->name,
                         fmt::format("--{} and --{} need a file each", one->setting, other->setting)});
    }
  }
  return {};
}

class Finder {
 public:
  model::Result<NamedOutputs> find(const settings::Settings& settings) {
    note("log", settings.no_log ? std::nullopt : settings.log, found_.log);
    note("json", settings.json, found_.json);
    note("junit", settings.junit, found_.junit);
    note("markdown", settings.markdown, found_.markdown);
    const auto copy = [](const std::optional<std::string>& name) {
      return name ? std::optional(attempt_file(*name, 1)) : std::nullopt;
    };
    note("stdout-file", copy(settings.stdout_file), found_.copies[model::index(model::Stream::out)]);
    note("stderr-file", copy(settings.stderr_file), found_.copies[model::index(model::Stream::err)]);
    std::optional<os::Destination> events;  // EventTarget opens it
    if (settings.events && settings.events->kind == model::EventDestination::Kind::file) {
      note("events", settings.events->path, events);
    }
    if (failure_) return std::unexpected(*failure_);
    if (auto distinct = refuse_shared(all_); !distinct) return std::unexpected(distinct.error());
    return std::move(found_);
  }

 private:
  void note(std::string_view setting, const std::optional<std::string>& name, std::optional<os::Destination>& into) {
    if (!name || failure_) return;
    auto found = os::find_destination(*name);
    if (found && found->kind == os::Destination::Kind::descriptor) found = hold(std::move(*found));
    if (!found && setting == "events") return;  // EventTarget reports the error
    if (!found) {
      failure_ = std::move(found.error());
      failure_->stage += fmt::format(" (--{})", setting);
      return;
    }
    all_.push_back({setting, &into.emplace(std::move(*found))});
  }

  model::Result<os::Destination> hold(os::Destination named) {
    auto copy = os::duplicate(named.descriptor, true);
    if (!copy) return std::unexpected(copy.error());
    if (named.descriptor > 2) os::keep_over_exec(named.descriptor, false);
    named.descriptor = copy->get();
    found_.held.push_back(std::move(*copy));
    return named;
  }

  NamedOutputs found_;
  std::vector<Named> all_;
  std::optional<model::Failure> failure_;
};

}  // namespace

model::Result<NamedOutputs> NamedOutputs::find(const settings::Settings& settings) { return Finder().find(settings); }

std::string attempt_file(const std::string& name, int attempt) {
  std::string file;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const std::string_view rest = std::string_view(name).substr(i, 2);
    if (rest == kAttempt) {
      file += fmt::format("{}", attempt);
      ++i;
    } else {
      file += name[i];
      if (rest == "%%") ++i;
    }
  }
  return file;
}

bool is_pattern(const std::string& name) { return attempt_file(name, 1) != attempt_file(name, 2); }

}  // namespace oversee::cli
