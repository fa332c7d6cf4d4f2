// Trainings as processes of their own, several at once: LibTorch's threads and our handling of
// signals are one a process.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace roformer::study {

/// One training that a process of its own does.
struct ProcessRun {
  std::string name;                  // for people
  std::filesystem::path folder;      // where it writes metrics.jsonl
  std::filesystem::path log;         // what it says goes there, behind what is there
  std::vector<std::string> command;  // the program's path and its arguments
  std::int64_t steps = 0;            // in all
};

/// How they ended.
struct ProcessOutcomes {
  int signal = 0;                     // that asked us to stop; those that ran have saved
  std::vector<std::string> failures;  // by run: why it failed; empty: it ended, or did not begin
};

/// Runs them in their order, at most `jobs` at once. On standard error: progress over all steps of
/// the work, of which `done` are behind us, and a line where one ends: what `result` says of it. A
/// run that fails is told there and the others go on. SIGINT and SIGTERM are handed on.
ProcessOutcomes run_processes(const std::vector<ProcessRun>& runs, std::int64_t jobs,
                              std::int64_t done,
                              const std::function<std::string(std::size_t run)>& result);

/// The step of the last whole line of a run's metrics.jsonl; 0 where there is none.
std::int64_t last_logged_step(const std::filesystem::path& run);

}  // namespace roformer::study
