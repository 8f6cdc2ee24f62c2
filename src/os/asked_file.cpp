// Stores which file the process is currently working on, for error messages.
#include "os/asked_file.hpp"

#include <cerrno>
#include <mutex>
#include <utility>

namespace oversee::os {
namespace {

std::mutex mutex;
std::string asked_stage = "read a file";
std::string asked_path;

}  // namespace

AskedFile::AskedFile(std::string_view stage, std::string_view path) {
  const std::lock_guard lock(mutex);
  stage_ = std::exchange(asked_stage, std::string(stage));
  path_ = std::exchange(asked_path, std::string(path));
}

AskedFile::~AskedFile() {
  const std::lock_guard lock(mutex);
  asked_stage = std::move(stage_);
  asked_path = std::move(path_);
}

model::Failure no_answer() {
  const std::lock_guard lock(mutex);
  return {asked_stage, ETIMEDOUT, asked_path, "its file system does not answer"};
}

model::Failure helper_killed() {
  const std::lock_guard lock(mutex);
  return {asked_stage, ECHILD, asked_path, "the process that does it was killed"};
}

}  // namespace oversee::os
