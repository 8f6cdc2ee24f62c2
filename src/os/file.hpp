// Files by name: opening logs safely, putting documents in place whole, looking before a run at what it will need.
#pragma once

#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

// Fails where the path is not a directory that can be entered.
model::Result<void> check_directory(const std::string& path, const std::string& stage);

// Opens the path, or makes and empties it, for a log or what else is written as the command runs. Refuses a pipe,
// socket or terminal: writing to it could block.
model::Result<UniqueFd> open_log(const std::string& path, std::string_view what = "log");

// Another description of the open file, to write at its end; by the file itself, whatever has its name by now.
model::Result<UniqueFd> reopen_to_append(int fd);

// Whether its last byte is a newline, or there is none.
bool ends_in_newline(int fd);

// Fails where replace_file would: no such directory, or not to be written in.
model::Result<void> check_replaceable(const std::string& path);

// Writes a temporary file beside it and renames that, so that no reader ever sees half a document. What is not a
// regular file (/dev/fd/3, a pipe) is written to as it is.
model::Result<void> replace_file(const std::string& path, std::string_view text);

// Adds to its end by one write; makes it where it is not there.
model::Result<void> append_to_file(const std::string& path, std::string_view text);

// The mode that open gives a new file to be read and written by all whom the umask allows.
inline constexpr unsigned kPublicMode = 0666;

}  // namespace oversee::os
