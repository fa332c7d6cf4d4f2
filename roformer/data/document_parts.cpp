#include "roformer/data/document_parts.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "roformer/base/random.h"

namespace roformer::data {
namespace {

// The first of the documents that the hash puts into a part.
std::optional<std::int64_t> first_of(Split split, const DataOptions& options, std::int64_t count) {
  for (std::int64_t document = 0; document < count; ++document)
    if (drawn_part(document, options) == split) return document;
  return std::nullopt;
}

}  // namespace

Split drawn_part(std::int64_t document, const DataOptions& options) {
  const double place =
      base::uniform(base::derive(options.split_seed, 0x5917), static_cast<std::uint64_t>(document));
  if (place < options.share_of(Split::validation)) return Split::validation;
  return place < 1 - options.share_of(Split::test) ? Split::training : Split::test;
}

DocumentParts::DocumentParts(const DataOptions& options, std::int64_t count)
    : options_(options), count_(count) {
  give_last(Split::validation);
  give_last(Split::test);
}

// Validation goes before test, since no training does without: it takes test's last one too.
void DocumentParts::give_last(Split split) {
  if (options_.share_of(split) == 0 || last_of(split, count_) >= 0) return;
  std::int64_t last = last_of(Split::training, count_);
  const bool is_only = last < 0 || last_of(Split::training, last) < 0;
  if (is_only) last = split == Split::validation ? last_of(Split::test, count_) : -1;
  if (last < 0) {
    (split == Split::validation ? lacks_validation_ : lacks_test_) = true;
  } else {
    (split == Split::validation ? last_validation_ : last_test_) = last;
  }
}

// Below `end`; −1: none.
std::int64_t DocumentParts::last_of(Split split, std::int64_t end) const {
  std::int64_t document = end - 1;
  while (document >= 0 && of(document) != split) --document;
  return document;
}

Split DocumentParts::of(std::int64_t document) const {
  if (document == last_validation_) return Split::validation;
  if (document == last_test_) return Split::test;
  return drawn_part(document, options_);
}

bool DocumentParts::lacks(Split split) const {
  return split == Split::validation ? lacks_validation_ : split == Split::test && lacks_test_;
}

std::int64_t DocumentParts::telling_count(const DataOptions& options) {
  constexpr std::int64_t far = 100'000, all = std::numeric_limits<std::int64_t>::max();
  std::int64_t count = 0;
  for (const Split split : {Split::validation, Split::test}) {
    if (options.share_of(split) == 0) continue;
    const auto first = first_of(split, options, far);
    count = std::max(count, first ? *first + 1 : all);
  }
  return count;
}

}  // namespace roformer::data
