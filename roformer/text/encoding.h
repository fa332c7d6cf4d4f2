// What a tokenizer gives: ids, where each stood in the text, and the options of encoding and
// decoding, truncation as Hugging Face's tokenizers library decides it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace roformer::text {

/// Half-open range of Unicode code points of the input; (0, 0) for a special token that was added.
struct Offset {
  std::int32_t begin = 0;
  std::int32_t end = 0;
  friend bool operator==(const Offset&, const Offset&) = default;
};

/// One entry a token in each vector.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<Offset> offsets;  // empty where the tokenizer has none

  std::size_t size() const { return ids.size(); }
  /// Forgets the tokens, keeps the memory.
  void clear() {
    ids.clear();
    type_ids.clear();
    offsets.clear();
  }
};

/// What gives way when there are more than max_length tokens.
enum class Truncation {
  forbidden,      // an Error
  longest_first,  // the longer of the two, as Hugging Face divides it
  only_first,
  only_second,
};

/// What stays of a text that is cut.
enum class KeptPart {
  head,  // its begin
  tail,  // its end
  both,  // half of what stays is its begin, half its end
};

/// "head", "tail", "both". Throws Error for another name.
KeptPart kept_part(std::string_view name);

/// Which of a translation's two texts; a tokenizer without sides cuts both alike.
enum class Side { source, target };

struct EncodeOptions {
  bool add_special_tokens = true;
  std::int64_t max_length = 0;  // special tokens included; 0: no limit
  Truncation truncation = Truncation::longest_first;
  Side side = Side::source;
  std::optional<KeptPart> keep = {};  // not set: as the tokenizer's files say (facts().row)
};

/// Spaces that tokenisation has put where writing has none.
enum class CleanUp {
  none,
  punctuation,   // within a token, the space before it included: Hugging Face's default
  contractions,  // besides, those between tokens, as in "it ' s": its clean_up_tokenization_spaces
};

struct DecodeOptions {
  bool skip_special_tokens = false;
  std::optional<CleanUp> clean_up = {};  // not set: as the tokenizer's files say
};

/// How a text stands in the row of ids that a language model reads and writes.
struct TextFrame {
  std::optional<std::int32_t> begin = {};  // what a text without a first token begins with
  std::optional<std::int32_t> end = {};    // ends a text; none: texts end nowhere
  std::int32_t first_id = 0;               // smaller ids stand in no text
};

/// How many tokens of each text stay when there are too many.
struct KeptTokens {
  std::size_t first;
  std::size_t second;
};

/// Tokens of a text, half-open.
struct TokenRange {
  std::size_t begin, end;
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

/// The windows of at most `room` of a text's tokens, each sharing `stride` < room with the one
/// before it: from the text's begin on, or from its end back. At least one.
std::vector<TokenRange> window_ranges(std::size_t tokens, std::size_t room, std::size_t stride,
                                      bool from_end);

/// `room`: max_length less the special tokens. Throws Error if the strategy cannot make texts fit.
KeptTokens truncate(std::size_t first, std::size_t second, std::size_t room, Truncation strategy);

}  // namespace roformer::text
