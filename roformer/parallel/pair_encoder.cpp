#include "roformer/parallel/pair_encoder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "roformer/base/hash.h"
#include "roformer/base/ordered_map.h"
#include "roformer/base/progress.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::parallel {
namespace {

using TextPairs = std::vector<documents::TextPair>;
using EncodedPairs = std::vector<EncodedPair>;

struct SkipReason {
  PairFault fault;
  SkippedFor SkippedPairs::*pairs;
  const char* words;
};
constexpr SkipReason kSkipReasons[] = {
    {PairFault::empty, &SkippedPairs::empty, "with an empty side"},
    {PairFault::too_long, &SkippedPairs::too_long, "longer than data.max_length"},
    {PairFault::ratio, &SkippedPairs::ratio, "beyond data.max_ratio"},
    {PairFault::invalid_utf8, &SkippedPairs::invalid_utf8, "that are not UTF-8"}};

PairFault fault_of(const EncodedPair& pair, const PairLimits& limits) {
  const auto shorter = static_cast<std::int64_t>(std::min(pair.source.size(), pair.target.size()));
  const auto longer = static_cast<std::int64_t>(std::max(pair.source.size(), pair.target.size()));
  if (shorter == 0) return PairFault::empty;
  if (limits.max_length > 0 && longer > limits.max_length) return PairFault::too_long;
  const bool uneven = limits.max_ratio > 0 &&
                      static_cast<double>(longer) > limits.max_ratio * static_cast<double>(shorter);
  return uneven ? PairFault::ratio : PairFault::none;
}

// Reads pairs until they are worth a thread's while; none at the end of the text.
std::optional<TextPairs> read_some(documents::PairSource& pairs) {
  constexpr std::size_t chunk_bytes = 1 << 18;
  std::size_t size = 0;
  TextPairs chunk;
  documents::TextPair pair;
  while (size < chunk_bytes && pairs.next(pair)) {
    size += pair.source.size() + pair.target.size();
    chunk.push_back(std::move(pair));
    pair = {};
  }
  if (chunk.empty()) return std::nullopt;
  return chunk;
}

EncodedPairs encode_some(TextPairs chunk, const text::Tokenizer& tokenizer,
                         const PairLimits& limits) {
  EncodedPairs encoded;
  encoded.reserve(chunk.size());
  for (auto& pair : chunk) encoded.push_back(encode_pair(std::move(pair), tokenizer, limits));
  return encoded;
}

}  // namespace

EncodedPair encode_pair(documents::TextPair text, const text::Tokenizer& tokenizer,
                        const PairLimits& limits) {
  EncodedPair pair;
  pair.source_hash = base::hash_bytes(text.source);
  pair.text = std::move(text);
  // A NUL is valid UTF-8 but no text: such a file is in UTF-16, say.
  const auto is_text = [](const std::string& line) {
    return unicode::is_utf8(line) && line.find('\0') == std::string::npos;
  };
  if (!is_text(pair.text.source) || !is_text(pair.text.target)) {
    pair.fault = PairFault::invalid_utf8;
    return pair;
  }
  if (tokenizer.facts().lower_cases) {
    pair.text.source = unicode::lower_text(pair.text.source);
    pair.text.target = unicode::lower_text(pair.text.target);
  }
  tokenizer.encode_words(pair.text.source, pair.source, text::Side::source);
  tokenizer.encode_words(pair.text.target, pair.target, text::Side::target);
  pair.fault = fault_of(pair, limits);
  return pair;
}

void encode_pairs(documents::PairSource& pairs, const text::Tokenizer& tokenizer,
                  const PairLimits& limits, int threads,
                  const std::function<bool(EncodedPair&)>& use) {
  base::Progress progress("tokenising", "bytes", pairs.total());
  base::map_in_order(
      threads, [&] { return read_some(pairs); },
      [&](TextPairs chunk) { return encode_some(std::move(chunk), tokenizer, limits); },
      [&](EncodedPairs encoded) {
        bool wanted = true;
        for (auto& pair : encoded) wanted = wanted && use(pair);
        progress.update(pairs.consumed());
        return wanted;
      });
  progress.finish();
}

void SkippedPairs::add(const documents::TextPair& pair, PairFault fault) {
  for (const SkipReason& known : kSkipReasons) {
    if (known.fault != fault) continue;
    SkippedFor& reason = this->*known.pairs;
    if (reason.count++ == 0) reason = {1, std::string(pair.file), pair.line};
  }
}

std::int64_t SkippedPairs::total() const {
  return empty.count + too_long.count + ratio.count + invalid_utf8.count;
}

std::string SkippedPairs::text() const {
  if (total() == 0) return {};
  std::vector<std::string> reasons;
  for (const SkipReason& known : kSkipReasons) {
    const auto& [count, file, line] = this->*known.pairs;
    if (count > 0)
      reasons.push_back(fmt::format("{} {} (the first: {}:{})", count, known.words, file, line));
  }
  return fmt::format("{} {} skipped: {}", total(), total() == 1 ? "pair" : "pairs",
                     fmt::join(reasons, ", "));
}

}  // namespace roformer::parallel
