// What a tokenizer states of itself, the special tokens around texts among it, and all that its
// callers may ask for: no caller knows kinds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/text/row_settings.h"
#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// Special tokens that stand next to each other.
struct SpecialRun {
  std::vector<std::int32_t> ids = {};
  std::vector<std::int32_t> type_ids = {};
  std::size_t size() const { return ids.size(); }
};

/// before first after; of two texts: before first between second after.
struct SpecialRuns {
  SpecialRun before = {}, between = {}, after = {};
  std::int32_t first_type = 0, second_type = 0;
  bool complete = true;  // false: [CLS] or [SEP] is not in the vocabulary
  std::size_t size() const { return before.size() + between.size() + after.size(); }
};

/// What `config` puts around one text, and around and between two.
SpecialRuns single_runs(const Vocabulary& vocabulary, const TokenizerConfig& config);
SpecialRuns pair_runs(const Vocabulary& vocabulary, const TokenizerConfig& config);

/// BERT's: [CLS] A [SEP] B [SEP], types 0 0 0 1 1, of the tokens that `config` names.
TokenTemplate bert_template(const Vocabulary& vocabulary, const TokenizerConfig& config);

/// Tokens with a meaning of their own; empty: there is none.
struct SpecialTokens {
  std::string unk = {}, pad = {}, cls = {}, end = {}, mask = {};
};

struct TokenizerFacts {
  std::string kind = {};              // its name for people
  std::string source = "vocabulary";  // where it was read, for messages
  std::string tokenizer_class = {};   // transformers' name for it
  Vocabulary vocabulary = {};
  SpecialTokens tokens = {};
  std::vector<bool> special = {};      // by id: adds meaning to the text, is no part of it
  SpecialRuns single = {}, pair = {};  // around one text, and around and between two
  TextFrame frame = {};
  std::optional<std::int32_t> first_byte_id = {};  // set: each byte is a token, the byte 0 this one
  std::string_view invalid_bytes = {};             // stands in decoded text for what is no UTF-8
  bool lower_cases = false;                        // texts turn to lower case
  std::string continuing_prefix = {};  // of pieces that go on with a word; empty: there are none
  bool has_offsets = true;
  bool has_pairs = true;   // two texts have an encoding together, and types tell them apart
  bool has_sides = false;  // source and target of a translation, whose texts end with `tokens.end`
  std::int64_t longest = 0;  // tokens of a sequence (model_max_length); 0: not stated
  RowSettings row = {};
  std::string source_language = {}, target_language = {};  // of the sides; may be empty
};

/// The tokens that are found in a text before it is cut: those that `config` adds, and the five.
std::vector<AddedToken> collect_added_tokens(const Vocabulary& vocabulary,
                                             const TokenizerConfig& config);

/// The facts that follow from a configuration.
TokenizerFacts facts_of(Vocabulary vocabulary, const TokenizerConfig& config,
                        const std::vector<AddedToken>& added_tokens);

}  // namespace roformer::text
