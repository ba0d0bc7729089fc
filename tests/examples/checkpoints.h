#pragma once
// Runs of the program that save checkpoints, and what they leave.
#include <gradus/train/checkpoint.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

#include "examples/process.h"
#include "support/temp_folder.h"

namespace gradus::test {

namespace fs = std::filesystem;

inline const std::vector<std::string> kRun = {
    "--dataset", "digits", "--train-size", "600", "--validation", "50", "--hidden", "16",
    "--dropout", "0.2",    "--threads",    "1",   "--batch-size", "32", "--epochs", "3"};

inline std::vector<std::string> joined(std::vector<std::string> a,
                                       const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline std::string hash_in(const std::string& text) {
  std::smatch match;
  return std::regex_search(text, match, std::regex("weights_hash\": \"(\\w+)\"")) ? match[1].str()
                                                                                  : "";
}

/// The hash of a run that nobody disturbs.
inline std::string undisturbed(const std::vector<std::string>& flags) {
  return hash_in(run_train_mnist(joined(flags, {"--json", "--quiet"})).out);
}

/// Starts the program.
inline pid_t started(const std::vector<std::string>& flags) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    Call call;
    call.arguments = flags;
    become(call);
  }
  return child;
}

/// Starts the program, sends the signal after so many milliseconds, and waits.
inline int run_and_signal(const std::vector<std::string>& flags, int milliseconds, int signal) {
  const pid_t child = started(flags);
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  ::kill(child, signal);
  int status = 0;
  ::waitpid(child, &status, 0);
  return exit_status(status);
}

/// The flags to start with, or to go on with where there is a checkpoint.
inline std::vector<std::string> start_or_resume(const std::vector<std::string>& flags,
                                                const std::string& file) {
  const std::vector<std::string> saving = {"--checkpoint", file, "--checkpoint-every", "5",
                                           "--keep",       "2"};
  return joined(fs::exists(file) ? std::vector<std::string>{"--resume", file} : flags, saving);
}

inline std::vector<std::string> names_in(const TempFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// The bytes of a checkpoint, but for the time that it took.
inline std::string without_seconds(const std::string& path) {
  const train::Checkpoint saved = train::load_checkpoint(path);
  train::Checkpoint changed{saved.model, saved.optimizer, {}};
  for (const auto& [name, value] : saved.run) {
    changed.run.set(name, name == "seconds" ? StateDict::Value(0.0) : value);
  }
  const TempFolder folder;
  train::save_checkpoint(folder / "a", changed);
  return contents(folder / "a");
}

}  // namespace gradus::test
