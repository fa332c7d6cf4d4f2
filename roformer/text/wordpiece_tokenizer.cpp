#include "roformer/text/wordpiece_tokenizer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/text/added_tokens.h"
#include "roformer/text/chinese_words.h"
#include "roformer/text/segmentation_settings.h"
#include "roformer/text/stated_tokens.h"
#include "roformer/text/tokenizer_class.h"
#include "roformer/text/tokenizer_json.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/tokenizer_settings.h"
#include "roformer/text/wordpiece_encoder.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kJson = "tokenizer.json";
constexpr const char* kVocabulary = "vocab.txt";

WordPieceFiles read_vocabulary_or_json(const fs::path& file, bool words_alone) {
  if (file.extension() == ".json") {
    const json root = read_json_file(file);
    return words_alone ? parse_json_words(root, file.string())
                       : parse_tokenizer_json(root, file.string());
  }
  WordPieceFiles files{Vocabulary::load(file), {}};
  files.config.source = file.string();
  return files;
}

void require_special_ids(const WordPieceFiles& files, const std::string& name) {
  if (!files.config.post_processor) return;
  for (const auto* parts :
       {&files.config.post_processor->single, &files.config.post_processor->pair}) {
    for (const TemplatePart& part : *parts) {
      for (const std::int32_t id : part.ids) {
        base::require(
            id < files.vocabulary.size(),
            "[text] {}: post_processor: expected ids below {}, the vocabulary's size, but "
            "'{}' has {}",
            name, files.vocabulary.size(), part.token, id);
      }
    }
  }
}

void write_wordpiece_files(const fs::path& folder, const Vocabulary& vocabulary,
                           const TokenizerConfig& config) {
  fs::create_directories(folder);
  const auto write = [&](const char* name, const nlohmann::ordered_json& content) {
    base::write_file_atomically(folder / name, content.dump(2) + "\n");
  };
  // A vocabulary that no lines can hold is in tokenizer.json alone.
  if (vocabulary.fits_lines()) vocabulary.save(folder / kVocabulary);
  write("tokenizer_config.json", make_tokenizer_config(config));
  write(kJson, make_tokenizer_json(vocabulary, config));
}

class WordPieceCoder final : public TokenCoder {
 public:
  WordPieceCoder(Vocabulary vocabulary, TokenizerConfig config)
      : TokenCoder(wordpiece_facts(std::move(vocabulary), config)),
        config_(std::move(config)),
        encoder_(facts().vocabulary, config_, config_.added_tokens) {}

  void encode(std::string_view text, Side, std::vector<std::int32_t>& ids,
              std::vector<Offset>* offsets) const override {
    encoder_.encode(text, ids, offsets);
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
    if (const WordSegmentation& words = config_.words; words.segmenter != nullptr) {
      sum = base::derive(sum, words.segmenter->dictionary().fingerprint());
      if (words.segmenter->has_model()) sum = base::derive(sum, 1);
      sum = base::derive(sum, static_cast<std::uint64_t>(words.order));
    }
    for (const AddedToken& added : config_.added_tokens) {
      sum = base::hash_bytes(
          fmt::format("{} {} {} {} {} {} {}", added.id, added.normalized, added.single_word,
                      added.lstrip, added.rstrip, added.appended, added.content),
          sum);
    }
    for (const std::string& word : facts().vocabulary.tokens()) sum = base::hash_bytes(word, sum);
    return sum;
  }

  // Before all else, as Lowercase in front of the tokenizer's own steps does.
  std::shared_ptr<const TokenCoder> lower_cased() const override {
    TokenizerConfig config = config_;
    if (config.normalizer_steps) {
      config.normalizer_steps->insert(config.normalizer_steps->begin(),
                                      {.kind = NormalizerStep::Kind::lowercase});
    } else {
      NormalizerOptions& options = config.normalizer;
      options.strip_accents = options.strip_accents.value_or(options.lowercase);
      options.lowercase = true;
    }
    return std::make_shared<const WordPieceCoder>(facts().vocabulary, std::move(config));
  }

  void save(const std::filesystem::path& folder) const override {
    write_wordpiece_files(folder, facts().vocabulary, config_);
    save_user_words(config_, folder);
  }

 private:
  static TokenizerFacts wordpiece_facts(Vocabulary vocabulary, const TokenizerConfig& config) {
    TokenizerFacts facts = facts_of(std::move(vocabulary), config, config.added_tokens);
    facts.kind = "WordPiece";
    facts.continuing_prefix = config.continuing_prefix;
    facts.lower_cases = config.normalizer.lowercase;
    if (!config.sep_token.empty()) facts.frame.end = facts.vocabulary.find(config.sep_token);
    facts.frame.begin = facts.frame.end;
    return facts;
  }

  CleanUp default_clean_up() const {
    return config_.decoder_cleanup ? CleanUp::punctuation : CleanUp::none;
  }

  TokenizerConfig config_;
  WordPieceEncoder encoder_;
};

// The tokens that BertTokenizer looks for though no file names them; it adds those that the
// vocabulary lacks. Words alone are what they are.
void add_defaults(const TokenizerConfig& config, const Vocabulary& vocabulary, bool built,
                  StatedTokens& stated) {
  for (const auto& [key, token] : kNamedTokens) {
    if (built || vocabulary.find(config.*token))
      stated.named.try_emplace(key, AddedToken{.content = config.*token});
  }
}

// As the class names them: its defaults, and what the files state.
void name_tokens(const StatedTokens& stated, const std::string& name, TokenizerConfig& config) {
  for (const auto& [key, token] : kNamedTokens) config.*token = stated.content(key, config.*token);
  for (const char* key : {"unk_token", "cls_token", "sep_token"}) {
    const auto place = stated.named.find(key);
    base::require(place == stated.named.end() || (place->second && !place->second->content.empty()),
                  "[text] {}: expected the key {} to be a token or to be left out but got null",
                  name, key);
  }
}

// tokenizer.json as it stands: its model has the unknown token, its template the first and the
// separating one. A mask or a padding that is neither stated nor looked for is none.
void name_tokens_beside(const StatedTokens& stated, TokenizerConfig& config) {
  const auto listed = [&](const std::string& token) {
    return std::any_of(config.added_tokens.begin(), config.added_tokens.end(),
                       [&](const AddedToken& added) { return added.content == token; });
  };
  for (const auto& [key, token] : {NamedToken{"pad_token", &TokenizerConfig::pad_token},
                                   {"mask_token", &TokenizerConfig::mask_token}})
    config.*token = stated.content(key, listed(config.*token) ? config.*token : "");
  if (!config.post_processor) return;
  config.cls_token = stated.content("cls_token", config.cls_token);
  config.sep_token = stated.content("sep_token", config.sep_token);
}

}  // namespace

WordPieceFiles finish_wordpiece_files(WordPieceFiles files, const StatedTokens& stated) {
  const std::string name = files.config.source;
  base::require(files.vocabulary.find(files.config.unk_token).has_value(),
                "[text] {}: expected the unknown token '{}' among its {} tokens", name,
                files.config.unk_token, files.vocabulary.size());
  files.config.added_tokens =
      number_by_order(stated, files.config.added_tokens, files.vocabulary, name);
  require_special_ids(files, name);
  return files;
}

bool has_wordpiece_files(const TokenizerFolder& folder) {
  return !folder.file().empty() || folder.has(kJson) || folder.has(kVocabulary);
}

WordPieceFiles read_wordpiece_files(const TokenizerFolder& folder) {
  const fs::path file =
      !folder.file().empty() ? folder.file() : folder.path(folder.has(kJson) ? kJson : kVocabulary);
  // A file alone, and a folder that names no class, are what the file says.
  const bool built = folder.file().empty() && is_built_as_berts(folder);
  const bool as_it_stands = !built && file.extension() == ".json";
  WordPieceFiles files = read_vocabulary_or_json(file, built);
  TokenizerConfig& config = files.config;
  const NormalizerOptions of_file = config.normalizer;
  if (!folder.settings().is_null())
    apply_tokenizer_config(folder.settings(), folder.settings_file().string(), config);
  if (as_it_stands) config.normalizer = of_file;
  StatedTokens stated = read_stated_tokens(folder, config.added_tokens);
  if (as_it_stands) {
    name_tokens_beside(stated, config);
  } else {
    config.added_tokens.clear();
    name_tokens(stated, folder.settings_file().string(), config);
    add_defaults(config, files.vocabulary, built, stated);
  }
  return finish_wordpiece_files(std::move(files), stated);
}

Tokenizer wordpiece_tokenizer(WordPieceFiles files) {
  return Tokenizer(
      std::make_shared<const WordPieceCoder>(std::move(files.vocabulary), std::move(files.config)));
}

Tokenizer wordpiece_tokenizer(Vocabulary vocabulary, TokenizerConfig config) {
  config.added_tokens = collect_added_tokens(vocabulary, config);
  return wordpiece_tokenizer({std::move(vocabulary), std::move(config)});
}

namespace {

// WoBERT's folders say that they are BERT's; of BERT's own vocabularies none has such words.
void warn_of_words(const TokenizerFolder& folder, const WordPieceFiles& files) {
  constexpr std::int64_t too_many = 1000;
  const bool cuts_them_apart = folder.file().empty() && !files.config.normalizer_steps &&
                               files.config.normalizer.tokenize_chinese_chars;
  const std::int64_t words = cuts_them_apart ? count_chinese_words(files.vocabulary) : 0;
  if (words < too_many) return;
  spdlog::warn(
      "{}: {} tokens of the vocabulary are Chinese words, which {} never finds: it cuts Chinese "
      "into characters. If the model reads words, as WoBERT does, write \"tokenizer_class\": "
      "\"WoBertTokenizer\" into {}",
      folder.name(), words, files.config.tokenizer_class, folder.settings_file().string());
}

}  // namespace

namespace kinds {

TokenizerKind wordpiece() {
  return {
      "tokenizer.json or vocab.txt", {}, has_wordpiece_files, [](const TokenizerFolder& folder) {
        WordPieceFiles files = read_wordpiece_files(folder);
        warn_of_words(folder, files);
        return wordpiece_tokenizer(std::move(files));
      }};
}

}  // namespace kinds

}  // namespace roformer::text
