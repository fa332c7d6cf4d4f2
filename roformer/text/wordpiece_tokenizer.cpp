#include "roformer/text/wordpiece_tokenizer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "roformer/base/hash.h"
#include "roformer/text/decode.h"
#include "roformer/text/text_steps_json.h"
#include "roformer/text/token_coder.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/wordpiece_encoder.h"
#include "roformer/text/wordpiece_files.h"

namespace roformer::text {
namespace {

class WordPieceCoder final : public TokenCoder {
 public:
  WordPieceCoder(Vocabulary vocabulary, TokenizerConfig config, std::vector<AddedToken> added)
      : TokenCoder(wordpiece_facts(std::move(vocabulary), config, added)),
        config_(std::move(config)),
        added_tokens_(std::move(added)),
        encoder_(facts().vocabulary, config_, added_tokens_) {}

  void encode(std::string_view text, Side, std::vector<std::int32_t>& ids,
              std::vector<Offset>* offsets) const override {
    offsets == nullptr ? encoder_.encode(text, ids) : encoder_.encode(text, ids, *offsets);
  }

  std::string decode(std::span<const std::int32_t> ids,
                     const DecodeOptions& options) const override {
    const CleanUp clean_up = options.clean_up.value_or(default_clean_up());
    std::string text;
    bool first = true;
    for (const std::int32_t id : ids) {
      const std::string& word = token(id);
      const bool skipped = options.skip_special_tokens && is_special(id);
      if (skipped || !facts().vocabulary.holds(id)) continue;
      append_token(word, first, config_, clean_up, text);
      first = false;
    }
    return clean_up == CleanUp::contractions ? clean_up_spaces(std::move(text)) : text;
  }

  void append_text(std::int32_t id, std::int32_t previous, std::string& bytes) const override {
    append_token(token(id), previous < 0, config_, default_clean_up(), bytes);
  }

  std::uint64_t fingerprint() const override {
    const auto text_of = [](const nlohmann::ordered_json& part) {
      return part.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    };
    std::uint64_t sum = base::hash_bytes(fmt::format(
        "{} {} {} {} {}", text_of(make_normalizer(config_)), text_of(make_pre_tokenizer(config_)),
        config_.unk_token, config_.continuing_prefix, config_.max_word_length));
    for (const AddedToken& added : added_tokens_) {
      sum = base::hash_bytes(
          fmt::format("{} {} {} {} {} {} {}", added.id, added.normalized, added.single_word,
                      added.lstrip, added.rstrip, added.appended, added.content),
          sum);
    }
    for (const std::string& word : facts().vocabulary.tokens()) sum = base::hash_bytes(word, sum);
    return sum;
  }

  void save(const std::filesystem::path& folder) const override {
    write_wordpiece_files(folder, facts().vocabulary, config_, added_tokens_);
  }

 private:
  static TokenizerFacts wordpiece_facts(Vocabulary vocabulary, const TokenizerConfig& config,
                                        const std::vector<AddedToken>& added) {
    TokenizerFacts facts = facts_of(std::move(vocabulary), config, added);
    facts.kind = "WordPiece";
    facts.lower_cases = config.normalizer.lowercase;
    if (!config.sep_token.empty()) facts.frame.end = facts.vocabulary.find(config.sep_token);
    facts.frame.begin = facts.frame.end;
    return facts;
  }

  CleanUp default_clean_up() const {
    return config_.decoder_cleanup ? CleanUp::punctuation : CleanUp::none;
  }

  TokenizerConfig config_;
  std::vector<AddedToken> added_tokens_;
  WordPieceEncoder encoder_;
};

}  // namespace

Tokenizer wordpiece_tokenizer(Vocabulary vocabulary, TokenizerConfig config) {
  auto added = collect_added_tokens(vocabulary, config);
  return Tokenizer(std::make_shared<const WordPieceCoder>(std::move(vocabulary), std::move(config),
                                                          std::move(added)));
}

namespace kinds {

TokenizerKind wordpiece() {
  return {
      "tokenizer.json or vocab.txt", {}, has_wordpiece_files, [](const TokenizerFolder& folder) {
        WordPieceFiles files = read_wordpiece_files(folder);
        return wordpiece_tokenizer(std::move(files.vocabulary), std::move(files.config));
      }};
}

}  // namespace kinds
}  // namespace roformer::text
