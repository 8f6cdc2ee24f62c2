// toml++ as this project uses it: whole in the one source that includes it.
#pragma once

#include <stdexcept>

namespace oversee::settings {

// toml++ 3.3 takes some texts that are no TOML ("[[ =") for impossible, and would end the program.
struct TomlAssertion : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void toml_assertion_failed(const char* expression);  // throws the above

}  // namespace oversee::settings

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : oversee::settings::toml_assertion_failed(#expression))
#include <toml++/toml.h>
