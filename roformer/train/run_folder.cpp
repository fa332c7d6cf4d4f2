#include "roformer/train/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/report/event_file.h"

namespace roformer::train {

namespace fs = std::filesystem;

namespace {

constexpr const char* kModelFolder = "model";
constexpr const char* kBestFolder = "best";
constexpr const char* kTrainingFolder = "training";

// Puts `file` into `folder` under its own name, atomically and without a second copy of the bytes
// where the file system has hard links.
void link_into(const fs::path& file, const fs::path& folder) {
  const fs::path temporary = folder / ("." + file.filename().string() + ".partial");
  std::error_code failed;
  fs::remove(temporary, failed);
  fs::create_hard_link(file, temporary, failed);
  if (failed) fs::copy_file(file, temporary);
  fs::rename(temporary, folder / file.filename());
}

// A model's files, those in folders of it too.
void link_files(const fs::path& from, const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(from)) {
    if (entry.is_regular_file()) {
      link_into(entry.path(), folder);
    } else if (entry.is_directory()) {
      const fs::path inner = folder / entry.path().filename();
      fs::create_directories(inner);
      link_files(entry.path(), inner);
    }
  }
  base::sync_folder(folder);
}

void link_model_of(const fs::path& checkpoint, const fs::path& folder) {
  link_files(checkpoint / kModelFolder, folder);
}

// Nothing in it but what this class puts there before the first checkpoint.
bool is_untouched(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path name = fs::relative(entry.path(), folder);
    if (name != "training" && name != fs::path("training") / "lock") return false;
  }
  return true;
}

// A run of ours that was stopped before its first checkpoint: only files that a run writes itself.
bool is_young_run(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    name.resize(std::min(name.size(), name.find(".partial-")));  // base::write_file_atomically's
    if (name != "training" && name != "recipe.toml" && name != "metrics.jsonl" &&
        name != "report.html" && name != kBestFolder &&
        !name.starts_with(report::event_file_prefix))
      return false;
  }
  return true;
}

// Network file systems, for example, cannot.
bool exchange(const fs::path& a, const fs::path& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

}  // namespace

RunFolder::RunFolder(fs::path out, bool resume)
    : out_(std::move(out)), training_(out_ / kTrainingFolder) {
  make_folder(out_);
  base::require(resume || is_untouched(out_),
                "[train] expected an empty folder but {} has files in it: give --resume to go on "
                "with the run there, or "
                "another --out",
                out_.string());
  base::require(fs::exists(training_ / "latest") || is_young_run(out_),
                "[train] expected a run of ours to go on with in {} but it holds other files and "
                "no training/latest: "
                "give another --out",
                out_.string());
  make_folder(training_);
  lock_ = base::FileLock::try_take(training_ / "lock", "--out");
  base::require(lock_.has_value(),
                "[train] expected a run folder of our own but another process is training in {}",
                out_.string());
  recover_folder(out_ / kBestFolder, replaced_best());
}

RunFolder::~RunFolder() {
  try {
    if (lock_ && !made_.empty() && is_untouched(out_)) remove_made();
  } catch (const std::exception&) {
    // What cannot be looked at stays.
  }
}

void RunFolder::remove_made() const {
  std::error_code ignored;
  fs::remove(training_ / "lock", ignored);
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) fs::remove(*folder, ignored);
}

// Notes which folders were not there.
void RunFolder::make_folder(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code failed;
  for (fs::path path = folder; !path.empty() && !fs::exists(path, failed);
       path = path.parent_path())
    missing.push_back(path);
  base::make_folder(folder, "--out");
  made_.insert(made_.end(), missing.rbegin(), missing.rend());
}

std::optional<fs::path> RunFolder::last_checkpoint() const {
  return train::last_checkpoint(out_);
}

void RunFolder::commit(std::int64_t step, const std::function<void(const fs::path&)>& write) {
  const std::string name = fmt::format("step-{}", step);
  const fs::path folder = training_ / name;
  if (last_checkpoint() == folder) return;  // saved already: stopped right behind a checkpoint
  fs::remove_all(folder);
  try {
    fs::create_directories(folder / kModelFolder);
    write(folder);
    base::sync_folder(folder / kModelFolder);
    base::sync_folder(folder);
    base::sync_folder(training_);
    base::write_file_atomically(training_ / "latest", name + "\n");
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    base::fail(
        "[train] could not save the checkpoint of step {} in {} (--out); one that was there before "
        "stays, and --resume goes on from it. {}",
        step, training_.string(), error.what());
  }
  publish();
  remove_all_but(name);
}

void RunFolder::publish() const {
  if (const auto last = last_checkpoint()) link_model_of(*last, out_);
}

void RunFolder::keep_models(std::int64_t count) const {
  const auto last = last_checkpoint();
  if (!last) return;
  const fs::path kept = kept_models_folder(out_), target = kept / last->filename();
  if (!fs::exists(target)) {
    const fs::path partial = kept / ".partial";
    fs::remove_all(partial);
    fs::create_directories(partial);
    link_model_of(*last, partial);
    fs::rename(partial, target);
    base::sync_folder(kept);
  }
  const auto models = kept_models(out_);
  for (std::size_t i = 0; i + static_cast<std::size_t>(count) < models.size(); ++i)
    fs::remove_all(models[i]);
}

void RunFolder::keep_best(const std::function<void(const fs::path&)>& write) const {
  const fs::path fresh = training_ / "best.new";
  fs::remove_all(fresh);
  fs::create_directories(fresh);
  write(fresh);
  base::sync_folder(fresh);
  replace_folder(fresh, out_ / kBestFolder, replaced_best());
  base::sync_folder(out_);
}

void RunFolder::remove_all_but(const std::string& name) const {
  for (const auto& entry : fs::directory_iterator(training_)) {
    const std::string other = entry.path().filename().string();
    std::error_code ignored;  // a left-over that cannot go does no harm
    if (other.starts_with("step-") && other != name) fs::remove_all(entry.path(), ignored);
  }
}

std::optional<fs::path> last_checkpoint(const fs::path& run) {
  const fs::path pointer = run / kTrainingFolder / "latest";
  if (!fs::exists(pointer)) return std::nullopt;
  std::string name = base::read_file(pointer);
  while (!name.empty() && name.back() == '\n') name.pop_back();
  base::require(name.starts_with("step-") && fs::is_directory(run / kTrainingFolder / name),
                "[train] expected {} to name a checkpoint beside it but got \"{}\"",
                pointer.string(), name);
  return run / kTrainingFolder / name;
}

fs::path kept_models_folder(const fs::path& run) {
  return run / "checkpoints";
}

std::vector<fs::path> kept_models(const fs::path& run) {
  constexpr std::string_view start = "step-";
  std::map<std::int64_t, fs::path> models;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(kept_models_folder(run), absent)) {
    const std::string name = entry.path().filename().string();
    std::int64_t step = 0;
    if (!name.starts_with(start)) continue;
    const auto [rest, failed] =
        std::from_chars(name.data() + start.size(), name.data() + name.size(), step);
    if (failed == std::errc() && *rest == '\0') models[step] = entry.path();
  }
  std::vector<fs::path> folders;
  for (const auto& [step, folder] : models) folders.push_back(folder);
  return folders;
}

std::vector<fs::path> last_models(const fs::path& run, std::int64_t count) {
  const auto kept = kept_models(run);
  base::require(std::ssize(kept) >= count,
                "[train] expected {} or more models in {} but got {}: a recipe's "
                "checkpoint.keep_last says how many a run keeps",
                count, kept_models_folder(run).string(), kept.size());
  return {kept.end() - count, kept.end()};
}

void replace_folder(const fs::path& fresh, const fs::path& target, const fs::path& old) {
  if (exchange(fresh, target)) {
    fs::remove_all(fresh);
  } else {
    replace_by_renames(fresh, target, old);
  }
}

void replace_by_renames(const fs::path& fresh, const fs::path& target, const fs::path& old) {
  fs::remove_all(old);
  if (fs::exists(target)) fs::rename(target, old);
  std::error_code failed;
  fs::rename(fresh, target, failed);
  if (failed) {
    recover_folder(target, old);
    base::fail("[train] cannot put {} in the place of {}: {}", fresh.string(), target.string(),
               failed.message());
  }
  fs::remove_all(old);
}

void recover_folder(const fs::path& target, const fs::path& old) {
  if (fs::exists(old) && !fs::exists(target)) fs::rename(old, target);
}

}  // namespace roformer::train
