// Which words the columns of a search's logits are: all of the vocabulary, or those of the sentences
// that are searched at once.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/generate/continuations.h"
#include "roformer/generate/shortlist.h"

namespace roformer::generate {

class SearchWords {
 public:
  /// Without a shortlist (null) columns are ids. It must outlive this.
  SearchWords(const Shortlist* shortlist, std::int64_t vocab_size)
      : shortlist_(shortlist), vocab_size_(vocab_size) {}

  bool are_chosen() const { return shortlist_ != nullptr; }
  /// The words of a sentence, ids ascending, with those of its prefix.
  std::vector<std::int64_t> of_sentence(const std::vector<std::int64_t>& source,
                                        const std::vector<std::int64_t>& prefix) const;

  /// Columns are the words of all these lists from now on.
  void choose(const std::vector<const std::vector<std::int64_t>*>& lists);
  const std::vector<std::int64_t>& ids() const { return ids_; }
  /// The columns whose words are not in a list, which is a part of them.
  std::vector<std::int64_t> columns_without(const std::vector<std::int64_t>& own) const;

  /// The same choices in columns: tokens that have none cannot be found anyway.
  ContinuationOptions in_columns(ContinuationOptions options) const;
  Choice in_columns(Choice choice) const;
  /// Columns that were found become ids.
  void to_ids(std::vector<std::vector<Continuation>>& found) const;

 private:
  std::int64_t column_of(std::int64_t id) const;  // −1: none
  std::vector<std::int64_t> columns_of(const std::vector<std::int64_t>& ids) const;

  const Shortlist* shortlist_;
  std::int64_t vocab_size_;
  std::vector<std::int64_t> ids_;  // of each column, ascending
};

}  // namespace roformer::generate
