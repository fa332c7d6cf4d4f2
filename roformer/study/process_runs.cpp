#include "roformer/study/process_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <thread>

#include "roformer/base/background_process.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/train/stop_signal.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

constexpr auto kLookEvery = std::chrono::milliseconds(50);
constexpr auto kCountEvery = std::chrono::seconds(1);

// What the program said last of why it ends, or how it ended.
std::string reason_of(const fs::path& log, int status) {
  constexpr std::string_view begin = "error: ";
  const std::string text = base::read_file(log);
  const std::size_t at = text.rfind(begin);
  const bool at_line = at != std::string::npos && (at == 0 || text[at - 1] == '\n');
  if (!at_line || status > 128)
    return status > 128 ? fmt::format("ended by signal {}", status - 128)
                        : fmt::format("exit status {}", status);
  return text.substr(at + begin.size(), text.find('\n', at) - at - begin.size());
}

class Processes {
 public:
  Processes(const std::vector<ProcessRun>& runs, std::int64_t jobs, std::int64_t done,
            const std::function<std::string(std::size_t)>& result)
      : runs_(runs), jobs_(static_cast<std::size_t>(jobs)), done_(done), result_(result) {
    outcomes_.failures.resize(runs.size());
    for (const ProcessRun& run : runs) steps_.push_back(last_logged_step(run.folder));
    progress_.emplace(
        "all runs", "steps",
        std::accumulate(runs.begin(), runs.end(), done,
                        [](std::int64_t sum, const ProcessRun& run) { return sum + run.steps; }),
        done_steps());
  }

  ProcessOutcomes work() {
    while (is_left() || !running_.empty()) {
      while (is_left() && running_.size() < jobs_) start(next_++);
      if (stop_.received() != 0)
        for (const auto& [number, process] : running_) process->stop();
      look();
      std::this_thread::sleep_for(kLookEvery);
    }
    show();
    outcomes_.signal = stop_.received();
    outcomes_.signal == 0 ? progress_->finish() : progress_->clear();
    return outcomes_;
  }

 private:
  bool is_left() const { return stop_.received() == 0 && next_ < runs_.size(); }

  std::int64_t done_steps() const { return std::accumulate(steps_.begin(), steps_.end(), done_); }

  void start(std::size_t number) {
    running_[number] =
        std::make_unique<base::BackgroundProcess>(runs_[number].command, runs_[number].log);
  }

  void look() {
    for (auto entry = running_.begin(); entry != running_.end();) {
      const auto status = entry->second->poll();
      if (status) end(entry->first, *status);
      entry = status ? running_.erase(entry) : std::next(entry);
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - counted_ < kCountEvery) return;
    counted_ = now;
    for (const auto& [number, process] : running_)
      steps_[number] = std::min(runs_[number].steps, last_logged_step(runs_[number].folder));
    show();
  }

  void show() {
    progress_->update(done_steps(), fmt::format("{} of {} runs ended, {} running", ended_,
                                                runs_.size(), running_.size()));
  }

  void end(std::size_t number, int status) {
    if (status != 0 && stop_.received() != 0) return;  // it saved, as it was asked to
    ++ended_;
    steps_[number] = runs_[number].steps;
    progress_->clear();
    if (status == 0) {
      spdlog::info("{}: {}", runs_[number].name, result_(number));
    } else {
      outcomes_.failures[number] = reason_of(runs_[number].log, status);
      spdlog::warn("{} failed: {} ({})", runs_[number].name, outcomes_.failures[number],
                   runs_[number].log.string());
    }
  }

  const std::vector<ProcessRun>& runs_;
  std::size_t jobs_;
  std::int64_t done_;
  const std::function<std::string(std::size_t)>& result_;
  const train::StopSignal stop_;
  std::map<std::size_t, std::unique_ptr<base::BackgroundProcess>> running_;
  std::vector<std::int64_t> steps_;  // done so far, by run
  std::size_t next_ = 0, ended_ = 0;
  std::chrono::steady_clock::time_point counted_{};
  std::optional<base::Progress> progress_;
  ProcessOutcomes outcomes_;
};

}  // namespace

ProcessOutcomes run_processes(const std::vector<ProcessRun>& runs, std::int64_t jobs,
                              std::int64_t done,
                              const std::function<std::string(std::size_t run)>& result) {
  return Processes(runs, jobs, done, result).work();
}

std::int64_t last_logged_step(const fs::path& run) {
  constexpr std::streamoff enough = 1 << 14;  // several lines, whatever the figures
  std::ifstream file(run / "metrics.jsonl", std::ios::binary | std::ios::ate);
  if (!file) return 0;
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - enough));
  std::string text(static_cast<std::size_t>(std::min(size, enough)), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  while (true) {
    const std::size_t end = text.rfind('\n');
    if (end == std::string::npos) return 0;
    text.resize(end);
    const std::size_t begin = text.rfind('\n') + 1;  // npos + 1: the beginning
    const auto line = nlohmann::json::parse(text.substr(begin), nullptr, false);
    if (line.is_object() && line.contains("step") && line["step"].is_number_integer())
      return line["step"].get<std::int64_t>();
  }
}

}  // namespace roformer::study
