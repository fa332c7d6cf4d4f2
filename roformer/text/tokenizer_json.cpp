#include "roformer/text/tokenizer_json.h"

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/text/added_token_json.h"
#include "roformer/text/json_values.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Vocabulary parse_vocabulary(const json& model, std::string_view name) {
  const auto place = model.find("vocab");
  base::require(place != model.end() && place->is_object(),
                "[text] {}: expected model.vocab to be an object of tokens and ids", name);
  base::require(!place->empty(), "[text] {}: expected tokens in model.vocab but it is empty", name);
  // Ids may be left out (a vocabulary with equal lines has such), but not without bound.
  const std::size_t bound = place->size() * 2 + 1024;
  std::vector<std::optional<std::string>> tokens;
  for (const auto& [token, id] : place->items()) {
    base::require(id.is_number_unsigned() && id.get<std::uint64_t>() < bound,
                  "[text] {}: expected the ids of the {} tokens of model.vocab to be below {}, but "
                  "'{}' has {}",
                  name, place->size(), bound, token, excerpt(id));
    const auto index = id.get<std::size_t>();
    if (index >= tokens.size()) tokens.resize(index + 1);
    base::require(!tokens[index],
                  "[text] {}: expected the ids of model.vocab each once, but '{}' and '{}' have {}",
                  name, tokens[index].value_or(""), token, index);
    tokens[index] = token;
  }
  return Vocabulary::with_gaps(std::move(tokens), name);
}

}  // namespace

json read_json_file(const std::filesystem::path& file) {
  return base::parse_json(base::read_file(file), file.string());
}

ordered_json read_ordered_json_file(const std::filesystem::path& file) {
  const std::string text = base::read_file(file);
  base::parse_json(text, file.string());  // for its errors, which name the line
  return ordered_json::parse(text);
}

WordPieceFiles parse_json_words(const json& root, std::string_view name) {
  base::require(root.is_object() && root.contains("model"), "[text] {}: expected the key model",
                name);
  const json& model = root["model"];
  base::require(model.is_object() && model.value("type", json("WordPiece")) == "WordPiece",
                "[text] {}: model: expected a WordPiece model but got {}", name,
                excerpt(model.is_object() ? model.value("type", json()) : model));
  WordPieceFiles files{parse_vocabulary(model, name), {}};
  files.config.source = name;
  const json truncation = root.value("truncation", json());
  if (truncation.is_object())  // where tokenizer_config.json says nothing of it
    files.config.row.cut_at_begin = truncation.value("direction", json()) == "Left";
  files.config.added_tokens = parse_added_tokens(root.value("added_tokens", json()), name);
  return files;
}

WordPieceFiles parse_tokenizer_json(const json& root, std::string_view name) {
  WordPieceFiles files = parse_json_words(root, name);
  TokenizerConfig& config = files.config;
  const json& model = root["model"];
  config.unk_token = get<std::string>(model, "unk_token", config.unk_token, name);
  config.continuing_prefix =
      get<std::string>(model, "continuing_subword_prefix", config.continuing_prefix, name);
  config.max_word_length = get(model, "max_input_chars_per_word", config.max_word_length, name);
  const auto part = [&](const char* key) { return root.value(key, json()); };
  parse_normalizer(part("normalizer"), name, config);
  parse_pre_tokenizer(part("pre_tokenizer"), name, config);
  parse_post_processor(part("post_processor"), name, files.vocabulary, config);
  parse_decoder(part("decoder"), name, config);
  return files;
}

ordered_json make_tokenizer_json(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  std::vector<AddedToken> sorted = config.added_tokens;
  std::sort(sorted.begin(), sorted.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  ordered_json added = ordered_json::array();
  for (const AddedToken& token : sorted) added.push_back(make_added_token(token));
  // ordered_json looks keys up one by one: filled pair by pair it would take quadratic time.
  ordered_json::object_t tokens;
  tokens.reserve(static_cast<std::size_t>(vocabulary.size()));
  std::vector<bool> left_out(static_cast<std::size_t>(vocabulary.size()));
  for (const AddedToken& token : sorted)
    left_out[static_cast<std::size_t>(token.id)] = token.appended;
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
    if (left_out[static_cast<std::size_t>(id)] || !vocabulary.holds(id)) continue;
    static_cast<std::vector<ordered_json::object_t::value_type>&>(tokens).emplace_back(
        vocabulary.token(id), id);
  }
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added},
          {"normalizer", make_normalizer(config)},
          {"pre_tokenizer", make_pre_tokenizer(config)},
          {"post_processor", make_post_processor(vocabulary, config)},
          {"decoder", make_decoder(config)},
          {"model",
           {{"type", "WordPiece"},
            {"unk_token", config.unk_token},
            {"continuing_subword_prefix", config.continuing_prefix},
            {"max_input_chars_per_word", config.max_word_length},
            {"vocab", tokens}}}};
}

}  // namespace roformer::text
