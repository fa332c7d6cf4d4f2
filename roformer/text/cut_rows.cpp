#include "roformer/text/cut_rows.h"

#include <span>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/names.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr base::Named<KeptPart> kKeptParts[] = {
    {"head", KeptPart::head}, {"tail", KeptPart::tail}, {"both", KeptPart::both}};

Ids words_of(const Tokenizer& tokenizer, std::string_view text) {
  Ids ids;
  tokenizer.encode_words(text, ids);
  return ids;
}

// `count` of the tokens.
Ids kept_of(const Ids& ids, std::size_t count, KeptPart keep) {
  const std::size_t head = keep == KeptPart::head   ? count
                           : keep == KeptPart::tail ? 0
                                                    : (count + 1) / 2;
  Ids kept(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(head));
  kept.insert(kept.end(), ids.end() - static_cast<std::ptrdiff_t>(count - head), ids.end());
  return kept;
}

void append_run(const SpecialRun& run, Encoding& encoding) {
  encoding.ids.insert(encoding.ids.end(), run.ids.begin(), run.ids.end());
  encoding.type_ids.insert(encoding.type_ids.end(), run.type_ids.begin(), run.type_ids.end());
}

void append_text(const Ids& ids, std::int32_t type, Encoding& encoding) {
  encoding.ids.insert(encoding.ids.end(), ids.begin(), ids.end());
  encoding.type_ids.resize(encoding.ids.size(), type);
}

}  // namespace

KeptPart kept_part(std::string_view name) {
  const auto found = base::find_named(kKeptParts, name);
  base::require(found.has_value(), "[text] expected head, tail or both to be kept but got '{}'",
                name);
  return *found;
}

Encoding cut_row(const Tokenizer& tokenizer, std::string_view first,
                 const std::optional<std::string_view>& second, std::int64_t max_length,
                 KeptPart keep) {
  const SpecialRuns& around = second ? tokenizer.facts().pair : tokenizer.facts().single;
  base::require(!second || tokenizer.facts().has_pairs,
                "[text] expected a tokenizer that has pairs of texts but got {}",
                tokenizer.facts().kind);
  base::require(max_length >= static_cast<std::int64_t>(around.size()),
                "[text] expected room for {} special tokens but got {}", around.size(), max_length);
  const Ids one = words_of(tokenizer, first), other = second ? words_of(tokenizer, *second) : Ids();
  const KeptTokens kept =
      truncate(one.size(), other.size(), static_cast<std::size_t>(max_length) - around.size(),
               Truncation::longest_first);
  Encoding encoding;
  append_run(around.before, encoding);
  append_text(kept_of(one, kept.first, keep), around.first_type, encoding);
  if (second) {
    append_run(around.between, encoding);
    append_text(kept_of(other, kept.second, keep), around.second_type, encoding);
  }
  append_run(around.after, encoding);
  return encoding;
}

}  // namespace roformer::text
