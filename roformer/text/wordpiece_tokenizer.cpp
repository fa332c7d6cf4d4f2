#include "roformer/text/wordpiece_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/text/added_tokens.h"
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

// The classes of transformers 5 that build their tokenizer themselves, as BERT's: of tokenizer.json
// they take the words and the added tokens alone, and tokenizer_config.json switches the rest, with
// the class's defaults. All others take tokenizer.json as it stands.
bool is_built_by_class(std::string name) {
  if (name.ends_with("Fast")) name.resize(name.size() - 4);
  constexpr std::array<const char*, 8> classes = {
      "BertTokenizer",       "RoFormerTokenizer", "DistilBertTokenizer",  "ElectraTokenizer",
      "MobileBertTokenizer", "LayoutLMTokenizer", "SqueezeBertTokenizer", "LxmertTokenizer"};
  return std::find(classes.begin(), classes.end(), name) != classes.end();
}

// Without a class in tokenizer_config.json config.json tells it.
std::string class_of(const TokenizerFolder& folder) {
  const std::string stated = folder.tokenizer_class();
  const fs::path file = folder.path("config.json");
  if (!stated.empty() || !fs::exists(file)) return stated;
  const json config = read_json_file(file);
  const json named = config.is_object() ? config.value("tokenizer_class", json()) : json();
  if (named.is_string()) return named.get<std::string>();
  const json type = config.is_object() ? config.value("model_type", json()) : json();
  return type == "bert" ? "BertTokenizer" : type == "roformer" ? "RoFormerTokenizer" : "";
}

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
                           const TokenizerConfig& config,
                           const std::vector<AddedToken>& added_tokens) {
  fs::create_directories(folder);
  const auto write = [&](const char* name, const nlohmann::ordered_json& content) {
    base::write_file_atomically(folder / name, content.dump(2) + "\n");
  };
  // A vocabulary that no lines can hold is in tokenizer.json alone.
  if (vocabulary.fits_lines()) vocabulary.save(folder / kVocabulary);
  write("tokenizer_config.json", make_tokenizer_config(config));
  write(kJson, make_tokenizer_json(vocabulary, config, added_tokens));
}

class WordPieceCoder final : public TokenCoder {
 public:
  WordPieceCoder(Vocabulary vocabulary, TokenizerConfig config, std::vector<AddedToken> added)
      : TokenCoder(wordpiece_facts(std::move(vocabulary), config, added)),
        config_(std::move(config)),
        added_tokens_(std::move(added)),
        encoder_(facts().vocabulary, config_, added_tokens_) {}

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
    for (const AddedToken& added : added_tokens_) {
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
    return std::make_shared<const WordPieceCoder>(facts().vocabulary, std::move(config),
                                                  added_tokens_);
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

WordPieceFiles finish_wordpiece_files(WordPieceFiles files) {
  const std::string name = files.config.source;
  complete_added_tokens(files.config, files.vocabulary, name);
  require_special_ids(files, name);
  base::require(files.vocabulary.find(files.config.unk_token).has_value(),
                "[text] {}: expected the unknown token '{}' among its {} tokens", name,
                files.config.unk_token, files.vocabulary.size());
  return files;
}

bool has_wordpiece_files(const TokenizerFolder& folder) {
  return !folder.file().empty() || folder.has(kJson) || folder.has(kVocabulary);
}

WordPieceFiles read_wordpiece_files(const TokenizerFolder& folder) {
  const fs::path file =
      !folder.file().empty() ? folder.file() : folder.path(folder.has(kJson) ? kJson : kVocabulary);
  // A file alone, and a folder that names no class, are what the file says.
  const bool built = folder.file().empty() && is_built_by_class(class_of(folder));
  WordPieceFiles files = read_vocabulary_or_json(file, built);
  const NormalizerOptions as_it_stands = files.config.normalizer;
  apply_folder_settings(folder, files.config);
  if (!built && file.extension() == ".json") files.config.normalizer = as_it_stands;
  return finish_wordpiece_files(std::move(files));
}

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
