// Parallel text ready for use: pairs found, vocabulary loaded or trained, both sides tokenised, parts
// held out.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/parallel/pair_table.h"
#include "roformer/parallel/parallel_options.h"
#include "roformer/parallel/parallel_text.h"
#include "roformer/parallel/skipped_pairs.h"
#include "roformer/text/tokenizer.h"

namespace roformer::parallel {

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
