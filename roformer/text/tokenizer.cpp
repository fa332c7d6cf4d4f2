#include "roformer/text/tokenizer.h"

#include <algorithm>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/text/encoding.h"

namespace roformer::text {
namespace {

std::size_t room_for_text(std::int64_t max_length, std::size_t special_tokens) {
  base::require(max_length >= static_cast<std::int64_t>(special_tokens),
                "[text] expected max_length to be at least {}, the special tokens, but got {}",
                special_tokens, max_length);
  return static_cast<std::size_t>(max_length) - special_tokens;
}

// Of the tokens that stay of a text those before the cut.
std::size_t kept_before(std::size_t left, KeptPart keep) {
  if (keep == KeptPart::tail) return 0;
  return keep == KeptPart::head ? left : (left + 1) / 2;
}

void append_run(const SpecialRun& run, Encoding& encoding) {
  encoding.ids.insert(encoding.ids.end(), run.ids.begin(), run.ids.end());
  encoding.type_ids.insert(encoding.type_ids.end(), run.type_ids.begin(), run.type_ids.end());
  encoding.offsets.resize(encoding.ids.size());
}

template <typename Value>
void erase(std::vector<Value>& values, std::size_t begin, std::size_t count) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(begin);
  values.erase(place, place + static_cast<std::ptrdiff_t>(count));
}

void erase_tokens(Encoding& encoding, std::size_t begin, std::size_t count) {
  erase(encoding.ids, begin, count);
  erase(encoding.offsets, begin, count);
}

// `run` at a place in the middle; the types are set by the caller.
void insert(const SpecialRun& run, std::size_t place, Encoding& encoding) {
  const auto at = static_cast<std::ptrdiff_t>(place);
  encoding.ids.insert(encoding.ids.begin() + at, run.ids.begin(), run.ids.end());
  encoding.offsets.insert(encoding.offsets.begin() + at, run.size(), Offset{});
}

}  // namespace

const SpecialRuns& Tokenizer::runs(bool pair, const EncodeOptions& options) const {
  base::require(!pair || facts().has_pairs, "[text] {}: this tokenizer ({}) has no pairs of texts",
                facts().source, facts().tokenizer_class);
  const SpecialRuns& runs = coder_->runs(pair, options.add_special_tokens);
  if (!runs.complete) {
    cls_id();  // Errors that say what is missing
    end_id();
  }
  return runs;
}

// The tokens of a text. Where the kind has no offsets there are empty ones until drop_offsets().
void Tokenizer::append(std::string_view text, Side side, Encoding& encoding) const {
  coder_->encode(text, side, encoding.ids, facts().has_offsets ? &encoding.offsets : nullptr);
  encoding.offsets.resize(encoding.ids.size());
}

void Tokenizer::drop_offsets(Encoding& encoding) const {
  if (!facts().has_offsets) encoding.offsets.clear();
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  Encoding encoding;
  encode_into(text, options, encoding);
  return encoding;
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second,
                                const EncodeOptions& options) const {
  Encoding encoding;
  encode_pair_into(first, second, options, encoding);
  return encoding;
}

void Tokenizer::encode_into(std::string_view text, const EncodeOptions& options,
                            Encoding& encoding) const {
  encode_texts(runs(false, options), text, nullptr, options, encoding);
}

void Tokenizer::encode_pair_into(std::string_view first, std::string_view second,
                                 const EncodeOptions& options, Encoding& encoding) const {
  encode_texts(runs(true, options), first, &second, options, encoding);
}

void Tokenizer::encode_texts(const SpecialRuns& around, std::string_view first,
                             const std::string_view* second, const EncodeOptions& options,
                             Encoding& encoding) const {
  encoding.clear();
  append_run(around.before, encoding);
  const std::size_t begin = encoding.size();
  append(first, options.side, encoding);
  std::size_t middle = encoding.size();
  if (second != nullptr) append(*second, options.side, encoding);
  if (options.max_length > 0) {
    const std::size_t first_size = middle - begin, second_size = encoding.size() - middle;
    const KeptTokens kept =
        truncate(first_size, second_size, room_for_text(options.max_length, around.size()),
                 options.truncation);
    const KeptPart keep =
        options.keep.value_or(facts().row.cut_at_begin ? KeptPart::tail : KeptPart::head);
    const auto cut = [&](std::size_t from, std::size_t size, std::size_t left) {
      erase_tokens(encoding, from + kept_before(left, keep), size - left);
    };
    cut(middle, second_size, kept.second);
    cut(begin, first_size, kept.first);
    middle = begin + kept.first;
  }
  insert(around.between, middle, encoding);
  encoding.type_ids.resize(middle, around.first_type);
  encoding.type_ids.insert(encoding.type_ids.end(), around.between.type_ids.begin(),
                           around.between.type_ids.end());
  encoding.type_ids.resize(encoding.size(), around.second_type);
  append_run(around.after, encoding);
  drop_offsets(encoding);
}

std::vector<Encoding> Tokenizer::windows(std::string_view text, const EncodeOptions& options,
                                         std::int64_t stride) const {
  const SpecialRuns& around = runs(false, options);
  const std::size_t room = room_for_text(options.max_length, around.size());
  base::require(stride >= 0 && static_cast<std::size_t>(stride) < room,
                "[text] expected 0 <= stride < {}, the tokens of a window, but got {}", room,
                stride);
  Encoding whole;
  append(text, options.side, whole);
  std::vector<Encoding> windows;
  const auto add = [&](const TokenRange& range) {
    Encoding& window = windows.emplace_back();
    append_run(around.before, window);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      window.ids.push_back(whole.ids[i]);
      window.offsets.push_back(whole.offsets[i]);
    }
    window.type_ids.resize(window.size(), around.first_type);
    append_run(around.after, window);
    drop_offsets(window);
  };
  for (const TokenRange& range : window_ranges(whole.size(), room, static_cast<std::size_t>(stride),
                                               facts().row.cut_at_begin))
    add(range);
  return windows;
}

std::int32_t Tokenizer::special_id(const std::string& token, std::string_view name) const {
  const std::string& source = facts().source;
  base::require(!token.empty(), "[text] {}: this tokenizer ({}) has no {} token", source,
                facts().tokenizer_class, name);
  const auto id = vocabulary().find(token);
  base::require(id.has_value(), "[text] {}: expected the vocabulary to hold the {} token '{}'",
                source, name, token);
  return *id;
}

std::vector<std::int32_t> token_ids(std::span<const std::int64_t> ids) {
  std::vector<std::int32_t> narrow;
  narrow.reserve(ids.size());
  for (const std::int64_t id : ids) {
    base::require(id >= 0 && id <= std::numeric_limits<std::int32_t>::max(),
                  "[text] expected an id of 0 or more, below 2^31, but got {}", id);
    narrow.push_back(static_cast<std::int32_t>(id));
  }
  return narrow;
}

}  // namespace roformer::text
