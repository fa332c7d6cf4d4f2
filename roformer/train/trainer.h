// The training loop over an abstract Task: steps, logs, evaluations, checkpoints, resume.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "roformer/base/ahead.h"
#include "roformer/base/error.h"
#include "roformer/report/event_file.h"
#include "roformer/train/adamw.h"
#include "roformer/train/meter.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/stop_signal.h"
#include "roformer/train/task.h"
#include "roformer/train/training_options.h"
#include "roformer/train/training_state.h"

namespace roformer::train {

/// The loss or the gradient of a step is no number: the rate is too large, or the data or the
/// weights are damaged.
class DivergedError : public Error {
 public:
  using Error::Error;
};

/// How a run ended: by itself (signal 0) or because a signal asked it to. One that stopped early,
/// since its evaluations were not better any more, is as finished as one that has all of its steps.
struct Outcome {
  std::int64_t step = 0;
  int signal = 0;
  bool stopped_early = false;
};

class Trainer {
 public:
  /// Goes on from the folder's last checkpoint or starts. Throws Error if that is another recipe's.
  Trainer(Task& task, TrainingOptions options, RunFolder& folder);

  /// Trains to the end, until options.patience evaluations in a row were not better than the best,
  /// or until SIGINT or SIGTERM; saves in all cases. Throws DivergedError if the
  /// loss stops being finite.
  Outcome run();

 private:
  void resume();
  void do_step(base::Ahead<MicroBatch>& batches);
  double accumulate_gradients(base::Ahead<MicroBatch>& batches);
  void evaluate_and_keep();
  void say_that_it_stopped(const char* how) const;
  void log_line(const nlohmann::json& line);
  void log_step(double learning_rate);
  void save();
  double learning_rate() const;

  Task& task_;
  TrainingOptions options_;
  RunFolder& folder_;
  AdamW optimizer_;
  TrainingState state_;
  Meter meter_;
  std::optional<MetricsLog> log_;
  std::optional<report::EventFile> events_;
  std::string last_text_;
  std::int64_t total_;
};

}  // namespace roformer::train
