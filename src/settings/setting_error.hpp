// An error in a setting.
#pragma once

#include <string>

namespace oversee::settings {

// States the problem, its place and the allowed values; worded to follow "oversee: ".
struct SettingError {
  std::string message;
  std::string excerpt = {};  // lines to show below it: the file's line and a caret; empty: none
};

}  // namespace oversee::settings
