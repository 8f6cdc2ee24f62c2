// Finds settings files: the machine's, the user's and the project's.
#include "cli/settings_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "cli/console.hpp"
#include "os/asked_file.hpp"
#include "os/host.hpp"
#include "os/owned_file.hpp"
#include "settings/environment.hpp"
#include "settings/reader.hpp"

namespace oversee::cli {
namespace {

constexpr const char* kMachineSettings = "/etc/oversee/config.toml";
constexpr std::size_t kLargestFile = 16UL << 20U;

// A file that the user did not name may have been planted by another user, and it can contain commands.
enum class Trust : std::uint8_t { as_it_is, own_only };

std::string why_not_trusted(const std::string& path, const os::OwnedText& owned) {
  if (owned.foreign_owner) {
    return fmt::format(
        "{} belongs to another user (uid {}) and can carry commands; make it your own, name it by --config, or pass it "
        "by with --no-config",
        path, *owned.foreign_owner);
  }
  return fmt::format(
      "others can write to {}, and it can carry commands; chmod go-w {}, name it by --config, or pass it by with "
      "--no-config",
      path, path);
}

// None if the file does not exist.
std::optional<settings::SettingsFile> read(const std::string& path, Trust trust,
                                           settings::FileOf whose = settings::FileOf::caller) {
  const os::AskedFile asked("read the settings file", path);
  const auto owned = os::read_owned_file(path, kLargestFile);
  settings::SettingsFile refused;
  refused.path = path;
  if (!owned) {
    refused.errors.push_back({describe(owned.error())});
    return refused;
  }
  if (!*owned) return {};
  if (trust == Trust::own_only && ((*owned)->foreign_owner || (*owned)->others_can_write)) {
    refused.errors.push_back({why_not_trusted(path, **owned)});
    return refused;
  }
  return settings::read_settings_file(path, (*owned)->text, whose);
}

std::optional<settings::SettingsFile> read_project_settings(const std::string& path) {
  return read(path, Trust::own_only, settings::FileOf::project);
}

// The places of a project's settings, the nearest first.
std::vector<std::string> project_places() {
  // In the current directory use the plain name, which is clearer in messages.
  std::vector<std::string> places{std::string(settings::kSettingsFileName)};
  std::string directory = os::current_directory();
  if (!directory.starts_with('/')) return places;  // the directory was removed, so it has no parents
  while (!directory.empty()) {
    directory.erase(directory.rfind('/'));
    places.push_back(fmt::format("{}/{}", directory, settings::kSettingsFileName));
  }
  return places;
}

std::optional<settings::SettingsFile> find_project_settings() {
  for (const std::string& place : project_places()) {
    if (auto file = read_project_settings(place)) return file;
  }
  return {};
}

settings::SettingsFile read_named_settings(const std::string& path) {
  if (auto file = read(path, Trust::as_it_is)) return std::move(*file);
  settings::SettingsFile missing;
  missing.path = path;
  missing.errors.push_back({describe(model::Failure{"read the settings file", ENOENT, path, {}})});
  return missing;
}

// What flags and variables say about settings files.
struct Choice {
  std::optional<std::string> named;  // --config: this file only
  bool none = false;                 // --no-config
};

Choice choice_of(const settings::Layer& flags, const settings::Layer& variables) {
  settings::Layer call = variables;
  call.override_with(flags);
  Choice choice;
  if (const settings::Given* named = call.last("config")) choice.named = named->text;
  if (const settings::Given* none = call.last("no-config")) choice.none = settings::is_true(none->text);
  return choice;
}

}  // namespace

std::vector<std::string> own_environment() {
  std::vector<std::string> environment;
  for (char** each = ::environ; *each != nullptr; ++each) environment.emplace_back(*each);
  return environment;
}

settings::Layer own_variables() { return settings::layer_from_environment(own_environment()); }

std::string user_settings_path() {
  const char* base = std::getenv("XDG_CONFIG_HOME");
  // The XDG Base Directory Specification says to ignore relative paths.
  if (base != nullptr && *base == '/') return fmt::format("{}/oversee/config.toml", base);
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fmt::format("{}/.config/oversee/config.toml", home) : std::string();
}

settings::SettingsFile read_checked_settings(const std::string& path) {
  std::error_code unknown;
  if (const auto found = find_project_settings(); found && std::filesystem::equivalent(found->path, path, unknown)) {
    if (auto file = read_project_settings(path)) return std::move(*file);
  }
  return read_named_settings(path);
}

bool surely_has_no_settings_files(const settings::Layer& flags, const settings::Layer& variables) {
  const Choice choice = choice_of(flags, variables);
  if (choice.named) return false;
  if (choice.none) return true;
  const std::string user = user_settings_path();
  return os::is_surely_absent(kMachineSettings) && (user.empty() || os::is_surely_absent(user)) &&
         std::ranges::all_of(project_places(), os::is_surely_absent);
}

std::vector<settings::SettingsFile> read_settings_files(const settings::Layer& flags,
                                                        const settings::Layer& variables) {
  const Choice choice = choice_of(flags, variables);
  if (choice.named) return {read_named_settings(*choice.named)};
  if (choice.none) return {};
  std::vector<settings::SettingsFile> files;
  const auto add = [&](std::optional<settings::SettingsFile> file) {
    if (file) files.push_back(std::move(*file));
  };
  add(read(kMachineSettings, Trust::as_it_is));
  if (const std::string path = user_settings_path(); !path.empty()) add(read(path, Trust::own_only));
  add(find_project_settings());
  return files;
}

std::vector<settings::SettingError> errors_of(const std::vector<settings::SettingsFile>& files) {
  std::vector<settings::SettingError> errors;
  for (const settings::SettingsFile& file : files) errors.insert(errors.end(), file.errors.begin(), file.errors.end());
  return errors;
}

void say(const settings::SettingError& error) {
  say_error(error.message);
  if (!error.excerpt.empty()) print_error_lines(error.excerpt);
}

void say(const std::vector<settings::SettingError>& errors) {
  if (errors.empty()) return;
  say(errors.front());
  if (errors.size() > 1) {
    print_error_lines(fmt::format("oversee: and {} more; oversee check lists all\n", errors.size() - 1));
  }
}

}  // namespace oversee::cli
