// Parallel text ready for use: pairs found, vocabulary loaded or trained, both sides tokenised,
// parts held out.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/parallel/pair_encoder.h"
#include "roformer/parallel/parallel_options.h"
#include "roformer/parallel/parallel_text.h"
#include "roformer/text/tokenizer.h"

namespace roformer::parallel {

/// Pairs of lines as token ids, end to end in one row.
class PairTable {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(starts_.size() / 2); }
  /// Ids of one side of pair `i`, without </s>.
  std::span<const std::int32_t> source(std::int64_t i) const { return row(2 * i); }
  std::span<const std::int32_t> target(std::int64_t i) const { return row(2 * i + 1); }
  /// All ids.
  const std::vector<std::int32_t>& ids() const { return ids_; }
  /// Appends a pair.
  void add(std::span<const std::int32_t> source, std::span<const std::int32_t> target) {
    add_row(source);
    add_row(target);
  }

 private:
  std::span<const std::int32_t> row(std::int64_t number) const {
    const auto i = static_cast<std::size_t>(number);
    return std::span(ids_).subspan(starts_[i], starts_[i + 1] - starts_[i]);
  }
  void add_row(std::span<const std::int32_t> row) {
    ids_.insert(ids_.end(), row.begin(), row.end());
    starts_.push_back(ids_.size());
  }
  std::vector<std::int32_t> ids_;
  std::vector<std::size_t> starts_ = {0};  // of source and target in turn, and the end
};

class ParallelCorpus {
 public:
  /// Reads all pairs into memory (4 bytes a token). Pairs to learn from keep to max_length and
  /// max_ratio; bad ones of every part are counted and told in a warning. `threads` 0: all cores.
  /// Throws Error naming file, key and remedy.
  explicit ParallelCorpus(const ParallelOptions& options, int threads = 0);

  const text::Tokenizer& tokenizer() const { return *tokenizer_; }
  const ParallelOptions& options() const { return options_; }

  /// Pairs of a part.
  std::int64_t size(data::Split split) const { return part(split).table.size(); }
  /// Ids of one side, without </s>; at least one.
  std::span<const std::int32_t> source_ids(data::Split split, std::int64_t pair) const {
    return part(split).table.source(pair);
  }
  std::span<const std::int32_t> target_ids(data::Split split, std::int64_t pair) const {
    return part(split).table.target(pair);
  }
  /// A line of validation or test as it was read (in lower case where lower_case is set). Throws
  /// Error for training, whose lines are not kept.
  const std::string& source_line(data::Split split, std::int64_t pair) const;
  const std::string& target_line(data::Split split, std::int64_t pair) const;

  /// What was left out of the training text, or of the files of a held-out part.
  const SkippedPairs& skipped(data::Split split = data::Split::training) const {
    return part(split).skipped;
  }
  /// A line for people.
  std::string summary() const;
  /// Sixteen hexadecimal digits of all ids, the parts and the tokenizer.
  std::string fingerprint() const;

 private:
  struct Part {
    PairTable table;
    std::vector<std::string> source_lines, target_lines;  // of held-out parts
    SkippedPairs skipped;
  };
  const Part& part(data::Split split) const { return parts_[static_cast<std::size_t>(split)]; }
  Part& part(data::Split split) { return parts_[static_cast<std::size_t>(split)]; }
  const Part& held_out(data::Split split) const;
  void read_training(const ParallelText& text, int threads);
  void read_held_out(data::Split split, int threads);
  void add(data::Split split, EncodedPair& pair);

  ParallelOptions options_;
  std::optional<text::Tokenizer> tokenizer_;
  std::array<Part, 3> parts_;
};

}  // namespace roformer::parallel
