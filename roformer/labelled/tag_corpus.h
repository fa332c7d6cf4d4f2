// Sentences whose words have a tag each, as tokens: what classifiers of tokens learn from.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/parts.h"
#include "roformer/labelled/tagged_words.h"
#include "roformer/labelled/word_rows.h"

namespace roformer::labelled {

class TagCorpus final : public EncodedCorpus {
 public:
  /// Reads and encodes all parts; the tags are choose_labels(). Says on standard error how many
  /// sentences are read in several rows, and how many words are cut or have no piece. Throws Error
  /// naming file and line for words that cannot be read, for a tag outside the set and for one that
  /// no training word has; and for another options.use than tags.
  explicit TagCorpus(const LabelledOptions& options);

  /// The words that begin in a row, in their order.
  std::span<const FirstPiece> first_pieces(data::Split split, std::int64_t row) const {
    return rows_of(split).first_pieces(row);
  }
  /// The words of an example, with and without a piece.
  WordRange words_of(data::Split split, std::int64_t example) const {
    return rows_of(split).words_of(example);
  }
  /// Numbers of tags, by word.
  const std::vector<std::int64_t>& tags(data::Split split) const {
    return tags_[static_cast<std::size_t>(split)];
  }
  /// How often each tag occurs in training.
  std::vector<std::int64_t> training_counts() const {
    return count_labels(tags(data::Split::training), *tag_set_);
  }
  /// The tag that a word without a piece is taken to be predicted: O, or where there is none the
  /// first.
  std::int64_t unread_tag() const;

 private:
  std::string describe_labels(data::Split split) const override;
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;
  const WordRows& rows_of(data::Split split) const {
    return *rows_[static_cast<std::size_t>(split)];
  }
  void read_tags(const Parts<TaggedText>& parts);
  void cut_into_rows(const Parts<TaggedText>& parts);
  void warn_of_words() const;

  std::optional<LabelSet> tag_set_;
  std::array<std::optional<WordRows>, 3> rows_;
  std::array<std::vector<std::int64_t>, 3> tags_;
};

}  // namespace roformer::labelled
