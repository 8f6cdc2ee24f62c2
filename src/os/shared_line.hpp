// Reading lines from input that others read as well, and not a byte behind them.
#pragma once

#include <sys/types.h>

#include <span>

namespace oversee::os {

// Up to the first newline, that included, or to the end of the buffer; as read(2) returns it. What is there is read at
// once: a line that is not complete is returned as far as it has come. May wait where nothing is there.
ssize_t read_shared_line(int fd, std::span<char> buffer);

// As many whole lines as there are and find room, without taking them; 0 where there is none, or none can be seen.
std::size_t peek_shared_lines(int fd, std::span<char> buffer);

// Takes so many bytes that were seen. Fewer where somebody else was quicker; never waits.
void take_shared(int fd, std::size_t size);

}  // namespace oversee::os
