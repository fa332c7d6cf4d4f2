// The folder of a training run and its checkpoints. Model and training state are switched as one:
//
//   OUT/config.json, model.safetensors, …  the last model, a Hugging Face folder (hard links)
//   OUT/checkpoints/step-N/                the last models, where several are kept (hard links)
//   OUT/best/                              the best evaluation's model, where kept; always whole
//   OUT/recipe.toml, metrics.jsonl, report.html, events.out.tfevents.… (TensorBoard's, one a start)
//   OUT/training/latest                    one line: the name of the last good checkpoint
//   OUT/training/step-N/model/             what the task saved
//   OUT/training/step-N/optimizer.safetensors, state.json
//
// A checkpoint is written into a new folder, flushed, and is the last one once `latest` is renamed
// over; only then does the old one go. So a run killed at any moment leaves a whole checkpoint.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "roformer/base/file_lock.h"

namespace roformer::train {

class RunFolder {
 public:
  /// Makes the folder, takes its lock and undoes what a kill left half done. Throws Error if
  /// another process is training there, or if it has anything in it and `resume` is false.
  RunFolder(std::filesystem::path out, bool resume);
  /// A start that failed before it wrote anything leaves nothing: what this made goes again.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return out_; }
  std::filesystem::path metrics_path() const { return out_ / "metrics.jsonl"; }

  /// The last good checkpoint (its step-N folder), if there is one.
  std::optional<std::filesystem::path> last_checkpoint() const;

  /// Makes a checkpoint: `write` fills the folder it is given, then it becomes the last one and the
  /// older ones go. If `write` throws, the last good checkpoint stays, and so does the error.
  void commit(std::int64_t step, const std::function<void(const std::filesystem::path&)>& write);

  /// Keeps the last checkpoint's model in checkpoints/step-N, and of all there the last `count`.
  void keep_models(std::int64_t count) const;

  /// Makes the model that `write` puts into the folder it is given the best one. Throws Error where
  /// it cannot be written; the one before it stays then.
  void keep_best(const std::function<void(const std::filesystem::path&)>& write) const;

  /// Puts the last checkpoint's model files at the top of the folder (a kill may come between).
  void publish() const;

 private:
  void make_folder(const std::filesystem::path& folder);
  void remove_made() const;
  void remove_all_but(const std::string& name) const;
  std::filesystem::path replaced_best() const { return training_ / "best.old"; }

  std::filesystem::path out_;
  std::filesystem::path training_;
  std::vector<std::filesystem::path> made_;  // folders, the outermost first
  std::optional<base::FileLock> lock_;
};

/// The last good checkpoint of a run (its step-N folder), if there is one.
std::optional<std::filesystem::path> last_checkpoint(const std::filesystem::path& run);

/// Where a run keeps models beside its last one: checkpoints/step-N.
std::filesystem::path kept_models_folder(const std::filesystem::path& run);

/// Those that it has kept, oldest first.
std::vector<std::filesystem::path> kept_models(const std::filesystem::path& run);

/// The last `count` of them, oldest first. Throws Error naming what is there where there are fewer.
std::vector<std::filesystem::path> last_models(const std::filesystem::path& run,
                                               std::int64_t count);

/// A folder in the place of another, so that a kill at any moment leaves one of them whole.
/// Puts `fresh` where `target` is, whose old content goes. Both are on one file system; `old`, on
/// the same, is for file systems that cannot exchange folders. Throws Error if that fails; `target`
/// is as before then.
void replace_folder(const std::filesystem::path& fresh, const std::filesystem::path& target,
                    const std::filesystem::path& old);

/// The same by two renames: between them there is no `target`, and `old` is whole.
void replace_by_renames(const std::filesystem::path& fresh, const std::filesystem::path& target,
                        const std::filesystem::path& old);

/// Brings back what a kill between the two renames left at `old`; to be called before `target` is
/// read or written.
void recover_folder(const std::filesystem::path& target, const std::filesystem::path& old);

}  // namespace roformer::train
