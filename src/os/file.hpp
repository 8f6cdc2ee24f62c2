// Files by name: opening logs and copies, putting documents in their places, looking before a run at what it will need.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "os/descriptor.hpp"
#include "os/destination.hpp"

namespace oversee::os {

// Fails where the path is not a directory that can be entered.
model::Result<void> check_directory(const std::string& path, const std::string& stage);

// Opens what is written to as the command runs, to write at its end: `what` is "log" and the like. A file is new,
// emptied, written on or put aside by the mode, and is locked against runs that would empty it: one that another run
// writes to is refused. A FIFO without a reader is waited for a moment.
model::Result<UniqueFd> open_output(const Destination& destination, model::LogMode mode, std::string_view what);

// The same by a name, emptied.
model::Result<UniqueFd> open_log(const std::string& path, std::string_view what = "log");

// The lock that open_output leaves on a file. One that cannot be had is done without.
void lock_for_writing(int fd);

// Another description of the open file, to write at its end; by the file itself, whatever has its name by now.
model::Result<UniqueFd> reopen_to_append(int fd);

// Whether its last byte is a newline, or there is none.
bool ends_in_newline(int fd);

// Writes the whole document. A file is written beside its place and renamed, so that no reader sees half of it, where
// that keeps its owner, group, mode and attributes. Else it is written in place, as are FIFOs, devices, descriptors and
// what is below /dev and /proc; what cannot be written in whole is left empty. A reader that does not read is waited
// for a moment.
model::Result<void> write_document(const Destination& destination, std::string_view text);

// The same by a name.
model::Result<void> replace_file(const std::string& path, std::string_view text);

// Adds to its end by one write; makes it where it is not there.
model::Result<void> append_to_file(const std::string& path, std::string_view text);

// The mode of a new file that holds output or a command line.
inline constexpr unsigned kPrivateMode = 0600;

}  // namespace oversee::os
