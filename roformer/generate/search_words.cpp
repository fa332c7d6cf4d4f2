#include "roformer/generate/search_words.h"

#include <algorithm>
#include <iterator>

namespace roformer::generate {

using Ids = std::vector<std::int64_t>;

Ids SearchWords::of_sentence(const Ids& source, const Ids& prefix) const {
  Ids words = shortlist_->words_of(source, prefix);
  // A tokenizer may have more words than the model.
  words.erase(std::lower_bound(words.begin(), words.end(), vocab_size_), words.end());
  return words;
}

void SearchWords::choose(const std::vector<const Ids*>& lists) {
  ids_.clear();
  for (const Ids* list : lists) ids_.insert(ids_.end(), list->begin(), list->end());
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
}

Ids SearchWords::columns_without(const Ids& own) const {
  Ids columns;
  auto next = own.begin();
  for (std::size_t column = 0; column < ids_.size(); ++column) {
    if (next != own.end() && *next == ids_[column]) {
      ++next;
    } else {
      columns.push_back(static_cast<std::int64_t>(column));
    }
  }
  return columns;
}

std::int64_t SearchWords::column_of(std::int64_t id) const {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  return place != ids_.end() && *place == id ? place - ids_.begin() : -1;
}

Ids SearchWords::columns_of(const Ids& ids) const {
  Ids columns;
  for (const std::int64_t id : ids) {
    if (const std::int64_t column = column_of(id); column >= 0) columns.push_back(column);
  }
  return columns;
}

ContinuationOptions SearchWords::in_columns(ContinuationOptions options) const {
  if (!are_chosen()) return options;
  options.per_row = std::min(options.per_row, std::ssize(ids_));
  options.end_token = column_of(options.end_token);
  options.suppressed = columns_of(options.suppressed);
  return options;
}

Choice SearchWords::in_columns(Choice choice) const {
  if (!are_chosen()) return choice;
  if (choice.only) choice.only = column_of(*choice.only);
  choice.excluded = columns_of(choice.excluded);
  return choice;
}

void SearchWords::to_ids(std::vector<std::vector<Continuation>>& found) const {
  if (!are_chosen()) return;
  for (auto& row : found) {
    for (Continuation& one : row) one.token = ids_[static_cast<std::size_t>(one.token)];
  }
}

}  // namespace roformer::generate
