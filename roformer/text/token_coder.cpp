#include "roformer/text/token_coder.h"

#include "roformer/base/error.h"

namespace roformer::text {

TokenCoder::TokenCoder(TokenizerFacts facts)
    : facts_(std::move(facts)),
      bare_single_{.first_type = facts_.single.first_type},
      bare_pair_{.first_type = facts_.pair.first_type, .second_type = facts_.pair.second_type} {}

const std::string& TokenCoder::token(std::int32_t id) const {
  const Vocabulary& vocabulary = facts_.vocabulary;
  base::require(id >= 0 && id < vocabulary.size(), "[text] expected an id from 0 to {} but got {}",
                vocabulary.size() - 1, id);
  return vocabulary.token(id);
}

bool TokenCoder::is_special(std::int32_t id) const {
  return id >= 0 && id < facts_.vocabulary.size() && facts_.special[static_cast<std::size_t>(id)];
}

const SpecialRuns& TokenCoder::runs(bool pair, bool special_tokens) const {
  if (special_tokens) return pair ? facts_.pair : facts_.single;
  return pair ? bare_pair_ : bare_single_;
}

void TokenCoder::append_text(std::int32_t, std::int32_t, std::string&) const {
  base::fail("[text] {}: this tokenizer ({}) writes no text token by token", facts_.source,
             facts_.tokenizer_class);
}

std::shared_ptr<const TokenCoder> TokenCoder::lower_cased() const {
  base::fail("[text] {}: this tokenizer ({}) cannot be given lower case", facts_.source,
             facts_.tokenizer_class);
}

}  // namespace roformer::text
