// Japanese BERT of characters (transformers' BertJapaneseTokenizer): NFKC, then each character that
// is no white space. Words that the MeCab program cuts are not supported.
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/wordpiece_tokenizer.h"

namespace roformer::text {
namespace {

void cut_into_characters(const nlohmann::json& settings, std::string_view name,
                         TokenizerConfig& config) {
  const auto word = get<std::string>(settings, "word_tokenizer_type", "basic", name);
  const auto subword = get<std::string>(settings, "subword_tokenizer_type", "wordpiece", name);
  if (word == "basic" && subword == "wordpiece") return;
  base::require(subword == "character",
                "[text] {}: subword_tokenizer_type {} after word_tokenizer_type {} is not "
                "supported; character is",
                name, subword, word);
  using Normalizer = NormalizerStep::Kind;
  using PreTokenizer = PreTokenizerStep::Kind;
  config.normalizer_steps.emplace();
  if (word == "basic") {
    config.normalizer_steps->push_back({.kind = Normalizer::bert});
  }
  config.normalizer_steps->push_back({.kind = Normalizer::nfkc});
  if (word != "basic" && config.normalizer.lowercase)
    config.normalizer_steps->push_back({.kind = Normalizer::lowercase});
  config.pre_tokenizer_steps = {{.kind = PreTokenizer::whitespace_split},
                                {.kind = PreTokenizer::characters}};
}

}  // namespace

namespace kinds {

TokenizerKind japanese_characters() {
  return {"",
          {},
          [](const TokenizerFolder& folder) {
            return has_wordpiece_files(folder) &&
                   folder.tokenizer_class().starts_with("BertJapanese");
          },
          [](const TokenizerFolder& folder) {
            WordPieceFiles files = read_wordpiece_files(folder);
            cut_into_characters(folder.settings(), folder.settings_file().string(), files.config);
            return wordpiece_tokenizer(std::move(files));
          }};
}

}  // namespace kinds
}  // namespace roformer::text
