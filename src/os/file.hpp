// Files by name: opens logs and copies, writes documents, checks directories before a run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "os/descriptor.hpp"
#include "os/destination.hpp"

namespace oversee::os {

// Fails unless the path is a directory that can be entered.
model::Result<void> check_directory(const std::string& path, const std::string& stage);

// Opens a file to append to while the command runs; `what` is "log" and the like, for messages. The mode says whether
// an existing file is truncated, continued or rotated. The file is locked (flock(2)) against truncation by another run;
// a file that another run is writing to is refused. A FIFO without a reader is waited for, up to 2 s.
model::Result<UniqueFd> open_output(const Destination& destination, model::LogMode mode, std::string_view what);

// The same by name, with LogMode::truncate.
model::Result<UniqueFd> open_log(const std::string& path, std::string_view what = "log");

// Takes the shared lock that open_output() leaves on a file; continues without it if that fails.
void lock_for_writing(int fd);

// Opens the same file again, to append to it. Uses the descriptor, so that a rename does not matter.
model::Result<UniqueFd> reopen_to_append(int fd);

// Whether the last byte is a newline or the file is empty.
bool ends_in_newline(int fd);

// Writes the whole document. A regular file is written under a temporary name and renamed, so that no reader sees half
// of it, if that preserves owner, group, mode and attributes. Otherwise, and for FIFOs, devices, descriptors and files
// below /dev and /proc, it is written in place; an incomplete document is truncated to nothing. Waits up to 5 s for a
// reader to make room.
model::Result<void> write_document(const Destination& destination, std::string_view text);

// The same by name.
model::Result<void> replace_file(const std::string& path, std::string_view text);

// Appends the text by one write; creates the file if needed.
model::Result<void> append_to_file(const std::string& path, std::string_view text);

// The mode of new files that hold output or a command line.
inline constexpr unsigned kPrivateMode = 0600;

}  // namespace oversee::os
