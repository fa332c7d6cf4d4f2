#include "roformer/parallel/pair_encoder.h"

#include <algorithm>
#include <deque>
#include <future>
#include <thread>

#include "roformer/base/hash.h"
#include "roformer/base/progress.h"
#include "roformer/unicode/lower_text.h"
#include "roformer/unicode/utf8.h"

namespace roformer::parallel {
namespace {

using TextPairs = std::vector<documents::TextPair>;
using EncodedPairs = std::vector<EncodedPair>;

PairFault fault_of(const EncodedPair& pair, const PairLimits& limits) {
  const auto shorter = static_cast<std::int64_t>(std::min(pair.source.size(), pair.target.size()));
  const auto longer = static_cast<std::int64_t>(std::max(pair.source.size(), pair.target.size()));
  if (shorter == 0) return PairFault::empty;
  if (limits.max_length > 0 && longer > limits.max_length) return PairFault::too_long;
  const bool uneven = limits.max_ratio > 0 &&
                      static_cast<double>(longer) > limits.max_ratio * static_cast<double>(shorter);
  return uneven ? PairFault::ratio : PairFault::none;
}

// Reads pairs until they are worth a thread's while; false at the end of the text.
bool read_some(documents::PairSource& pairs, TextPairs& chunk) {
  constexpr std::size_t chunk_bytes = 1 << 18;
  std::size_t size = 0;
  documents::TextPair pair;
  while (size < chunk_bytes) {
    if (!pairs.next(pair)) return false;
    size += pair.source.size() + pair.target.size();
    chunk.push_back(std::move(pair));
    pair = {};
  }
  return true;
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
  const std::size_t workers = threads > 0 ? static_cast<std::size_t>(threads)
                                          : std::max(1u, std::thread::hardware_concurrency());
  base::Progress progress("tokenising", pairs.total());
  std::deque<std::future<EncodedPairs>> running;  // in the order of the text
  bool more = true, wanted = true;
  const auto take_oldest = [&] {
    EncodedPairs encoded = running.front().get();
    running.pop_front();
    for (auto& pair : encoded) wanted = wanted && use(pair);
    progress.update(pairs.consumed());
  };
  while (more && wanted) {
    TextPairs chunk;
    more = read_some(pairs, chunk);
    running.push_back(std::async(std::launch::async, encode_some, std::move(chunk),
                                 std::cref(tokenizer), std::cref(limits)));
    if (running.size() > workers) take_oldest();
  }
  while (!running.empty()) take_oldest();
  progress.finish();
}

}  // namespace roformer::parallel
