// Feeds random bytes as a settings file: an error must name its place, and accepted values must be consistent.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "must.hpp"
#include "settings/join.hpp"
#include "settings/resolve.hpp"

namespace oversee::fuzz {
namespace {

// In a folder, because relative paths in a file start there.
constexpr std::string_view kFile = "conf/oversee.toml";
const std::string kPlace = std::string(kFile) + ":";

void check_excerpt(std::string_view excerpt) {
  if (excerpt.empty()) return;
  must(std::ranges::count(excerpt, '\n') == 2, "an excerpt is two lines");
  must(excerpt.ends_with("^\n"), "an excerpt ends in a caret");
  const auto controls = [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f); };
  must(std::ranges::none_of(excerpt, controls), "no control character is in an excerpt");
}

// An error in one place starts with it; an error about two settings names both: "'json' (oversee.toml:3:1) and ...".
void check_error(const settings::SettingError& error) {
  const bool of_two = error.message.starts_with("'") && error.message.find(" (" + kPlace) != std::string::npos;
  must(error.message.starts_with(kPlace) || of_two, "an error tells its place");
  check_excerpt(error.excerpt);
}

void check_settings(const settings::Settings& settings) {
  for (const model::TimeLimit& limit : {settings.limits.wall, settings.limits.idle, settings.limits.leak,
                                        settings.total, settings.retry.max_delay, settings.notices.heartbeat}) {
    must(model::parse_time_limit(model::format_time_limit(limit)).value() == limit, "a time reads as it prints");
  }
  const model::StopLadder& ladder = settings.limits.ladder;
  must(model::StopLadder::parse(model::format_stop_ladder(ladder)) == ladder, "a ladder reads as it prints");
  must(!settings.limits.tree.memory || *settings.limits.tree.memory > 0, "a limit on memory is none or some");
  must(settings.retry.retries >= 0 && settings.retry.delay >= model::Duration::zero(), "retries are not negative");
  must(settings.repeat >= 1 && settings.jobs >= 1, "there is a run");
  for (const std::string* file : {settings.log ? &*settings.log : nullptr, settings.json ? &*settings.json : nullptr}) {
    must(file == nullptr || !file->empty(), "a path is not empty");
  }
  (void)settings.capture();
}

void judge(const settings::Sources& sources, bool inherits_well) {
  auto joined = settings::join(sources);
  if (!joined) {
    must(!inherits_well, "a profile with a good inheritance can be joined");
    return check_error(joined.error());
  }
  if (joined->words.empty()) joined->words.emplace_back("true");
  const settings::Resolution resolution = settings::examine(joined->layer, joined->words);
  for (const settings::SettingError& error : resolution.errors) check_error(error);
  for (const std::string& warning : resolution.settings.warnings) {
    must(warning.starts_with(kPlace), "a warning tells its place");
  }
  const auto resolved = settings::resolve(joined->layer, joined->words);
  must(resolved.has_value() == resolution.errors.empty(), "a run is refused for what is told, and for nothing else");
  if (resolved) check_settings(*resolved);
}

void read(std::string_view text) {
  settings::Sources sources;
  sources.files.push_back(settings::read_settings_file(std::string(kFile), text, settings::FileOf::caller));
  for (const settings::SettingError& error : sources.files.front().errors) check_error(error);
  const std::vector<settings::SettingError> circles = settings::check_profiles(sources.files);
  for (const settings::SettingError& error : circles) check_error(error);
  judge(sources, circles.empty());
  for (const settings::ProfileSummary& profile : settings::profiles(sources.files)) {
    must(profile.place.text == profile.name && profile.place.where.starts_with(kPlace), "a profile has its place");
    sources.flags.remove("profile");
    sources.flags.add("profile", profile.place);
    judge(sources, circles.empty());
  }
}

}  // namespace
}  // namespace oversee::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  oversee::fuzz::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
