// Pairs of lines to ids on several threads, in the order of the text, and the reasons why some are
// left out.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/documents/pair_source.h"
#include "roformer/text/tokenizer.h"

namespace roformer::parallel {

/// Why a pair is not used.
enum class PairFault { none, empty, too_long, ratio, invalid_utf8 };

/// What pairs have to keep to; 0: no limit.
struct PairLimits {
  std::int64_t max_length = 0;  // tokens a side, without </s>
  double max_ratio = 0;         // of the longer side to the shorter
};

struct EncodedPair {
  documents::TextPair text;       // in lower case where the tokenizer asks for it
  std::uint64_t source_hash = 0;  // of the source line as it stands in the file
  std::vector<std::int32_t> source, target;
  PairFault fault = PairFault::none;
};

/// Ids and fault of one pair. A side without tokens (spaces alone) is empty.
EncodedPair encode_pair(documents::TextPair text, const text::Tokenizer& tokenizer,
                        const PairLimits& limits);

/// Encodes all pairs on `threads` threads (0: all cores) and hands them to `use` in their order, on
/// the calling thread, until it returns false.
void encode_pairs(documents::PairSource& pairs, const text::Tokenizer& tokenizer,
                  const PairLimits& limits, int threads,
                  const std::function<bool(EncodedPair&)>& use);

/// One reason.
struct SkippedFor {
  std::int64_t count = 0;
  std::string file = {};  // of the first such pair
  std::int64_t line = 0;
};

/// Pairs that were left out: how many for each reason, and where the first stands.
struct SkippedPairs {
  SkippedFor empty, too_long, ratio, invalid_utf8;

  /// Counts a pair with this fault.
  void add(const documents::TextPair& pair, PairFault fault);
  std::int64_t total() const;
  /// "12 pairs skipped: 10 with an empty side (the first: FILE:3), 2 …"; empty if there are none.
  std::string text() const;
};

}  // namespace roformer::parallel
