// Words for a run's choices.
#include "model/run_spec.hpp"

namespace oversee::model {

std::string_view to_string(OnOverflow what) {
  switch (what) {
    case OnOverflow::truncate: return "truncate";
    case OnOverflow::fail: return "fail";
    case OnOverflow::spill: return "spill";
  }
  return "";
}

std::string_view to_string(LogFormat format) {
  switch (format) {
    case LogFormat::tagged: return "tagged";
    case LogFormat::raw: return "raw";
  }
  return "";
}

std::string_view to_string(UseCgroup when) {
  switch (when) {
    case UseCgroup::automatic: return "auto";
    case UseCgroup::always: return "always";
    case UseCgroup::never: return "never";
    case UseCgroup::required: return "required";
  }
  return "";
}

}  // namespace oversee::model
