// Writes files.
#include "os/file_sink.hpp"

#include <cerrno>

namespace oversee::os {

bool FileSink::write(std::string_view bytes) {
  if (failed_ || write_fully(fd_, bytes)) return true;
  failed_ = true;
  if (on_error) on_error(errno);
  return true;
}

}  // namespace oversee::os
