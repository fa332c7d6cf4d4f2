// Rows of one or two texts that are too long, cut elsewhere than at their ends.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "roformer/text/tokenizer.h"

namespace roformer::text {

/// What stays of a text that is cut.
enum class KeptPart {
  head,  // its begin, as truncation does
  tail,  // its end
  both,  // half of what stays is its begin, half its end
};

/// "head", "tail", "both". Throws Error for another name.
KeptPart kept_part(std::string_view name);

/// A text, or two, in at most max_length tokens (special tokens included), the longer of two giving
/// way first (Truncation::longest_first), what stays of each as `keep` says. No offsets. Throws
/// Error as Tokenizer::encode_pair does.
Encoding cut_row(const Tokenizer& tokenizer, std::string_view first,
                 const std::optional<std::string_view>& second, std::int64_t max_length,
                 KeptPart keep);

}  // namespace roformer::text
