// Reads lines from input that other processes also read, without consuming bytes past the line.
#pragma once

#include <sys/types.h>

#include <span>

namespace oversee::os {

// Reads up to and including the first newline, or until the buffer is full; returns like read(2). Reads what is
// available: an incomplete line is returned as it is. Blocks if nothing is available.
ssize_t read_shared_line(int fd, std::span<char> buffer);

// Copies as many whole lines as are available and fit, without consuming them; 0 if there is none or the input cannot
// be peeked at.
std::size_t peek_shared_lines(int fd, std::span<char> buffer);

// Consumes that many bytes after a peek; fewer if another process has read some. Never blocks.
void take_shared(int fd, std::size_t size);

}  // namespace oversee::os
