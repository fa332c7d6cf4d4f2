// How the run that a model lies in reads labelled rows, for commands that answer such rows by it.
#pragma once
#include <filesystem>
#include <string>

#include "roformer/pipeline/lines.h"

namespace roformer::cli {

/// What [data] of a run says of its rows.
struct RunRows {
  std::filesystem::path recipe = {};  // empty: the model lies in no such run
  std::string glue = {}, folder = {};
  /// Cut as in training and evaluation; where there is no run only what the model's positions allow.
  pipeline::LengthOptions length = {};
};

/// Of the run that the model lies in. Nothing where it lies in none (a recipe beside no log of
/// training is none), or in one that learned from other than rows of whole texts. Throws Error as
/// task::read_recipe does.
RunRows rows_of_run(const std::filesystem::path& model);

/// Rows that were longer than allowed: counted while they are answered, said at the end.
class CutRows {
 public:
  /// Counts line `number` if it was cut.
  void add(bool is_cut, std::int64_t number);
  /// Warns on standard error if there was any, of how many, the first, and what they were cut by;
  /// `run` is what rows_of_run says where its length was taken.
  void report(const pipeline::LengthOptions& length, const RunRows& run) const;

 private:
  std::int64_t count_ = 0, first_ = 0;
};

}  // namespace roformer::cli
