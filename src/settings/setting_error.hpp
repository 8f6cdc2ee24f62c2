// What is wrong with a setting.
#pragma once

#include <string>

namespace oversee::settings {

// What is wrong, where, and what would be right; ready to follow "oversee: ".
struct SettingError {
  std::string message;
  std::string excerpt = {};  // lines to be shown below it: the file's line and a caret; empty: none
};

}  // namespace oversee::settings
