#include "roformer/text/tokenizer_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/text/byte_tokenizer.h"
#include "roformer/text/tokenizer_json.h"
#include "roformer/text/tokenizer_settings.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Tokens that were added to the vocabulary after its training stand behind it, or in its gaps.
void append_added_tokens(TokenizerFiles& files, const std::string& name) {
  std::vector<AddedToken>& added = files.config.added_tokens;
  std::stable_sort(added.begin(), added.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  std::vector<std::optional<std::string>> tokens;
  bool changed = false;
  for (AddedToken& token : added) {
    if (token.id < 0 || files.vocabulary.find(token.content)) continue;
    if (!changed) {
      for (std::int32_t id = 0; id < files.vocabulary.size(); ++id) {
        tokens.emplace_back(files.vocabulary.holds(id) ? std::optional(files.vocabulary.token(id))
                                                       : std::nullopt);
      }
    }
    const auto place = static_cast<std::size_t>(token.id);
    const bool gap = place < tokens.size() && !tokens[place];
    base::require(gap || place == tokens.size(),
                  "[text] {}: expected the added token '{}' to have the id {} but got {}", name,
                  token.content, tokens.size(), token.id);
    if (!gap) tokens.emplace_back();
    tokens[place] = token.content;
    token.appended = true;
    changed = true;
  }
  if (changed) files.vocabulary = Vocabulary::with_gaps(std::move(tokens), name);
}

TokenizerFiles read_vocabulary_or_json(const fs::path& file) {
  if (file.extension() == ".json") return parse_tokenizer_json(read_json_file(file), file.string());
  TokenizerFiles files{Vocabulary::load(file), {}};
  files.config.source = file.string();
  return files;
}

/// The file with the vocabulary, or nothing.
std::optional<fs::path> choose_file(const fs::path& folder) {
  for (const char* name : {"tokenizer.json", "vocab.txt"}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  return std::nullopt;
}

json read_json_if_there(const fs::path& file) {
  return fs::exists(file) ? read_json_file(file) : json();
}

// As transformers: special_tokens_map.json and added_tokens.json count where
// tokenizer_config.json lists no added tokens, and then the former has the last word.
void apply_settings(const fs::path& folder, const json& settings, TokenizerConfig& config) {
  const fs::path settings_file = folder / "tokenizer_config.json";
  if (!settings.is_null()) apply_tokenizer_config(settings, settings_file.string(), config);
  if (settings.is_object() && settings.contains("added_tokens_decoder")) return;
  const fs::path map = folder / "special_tokens_map.json", added = folder / "added_tokens.json";
  if (fs::exists(map)) apply_special_tokens_map(read_json_file(map), map.string(), config);
  if (fs::exists(added)) apply_added_tokens(read_json_file(added), added.string(), config);
}

void require_special_ids(const TokenizerFiles& files, const std::string& name) {
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

}  // namespace

TokenizerFiles finish_tokenizer_files(TokenizerFiles files) {
  const std::string name = files.config.source;
  append_added_tokens(files, name);
  require_special_ids(files, name);
  apply_roformer_class(files.vocabulary, files.config);
  base::require(files.vocabulary.find(files.config.unk_token).has_value(),
                "[text] {}: expected the unknown token '{}' among its {} tokens", name,
                files.config.unk_token, files.vocabulary.size());
  return files;
}

TokenizerFiles read_tokenizer_files(const fs::path& folder_or_file) {
  base::require(fs::exists(folder_or_file),
                "[text] expected a tokenizer at {} but there is nothing", folder_or_file.string());
  const bool is_folder = fs::is_directory(folder_or_file);
  const fs::path folder = is_folder ? folder_or_file : folder_or_file.parent_path();
  const json settings = read_json_if_there(folder / "tokenizer_config.json");
  const std::optional<fs::path> file = is_folder ? choose_file(folder) : folder_or_file;
  if (!file) {
    base::require(settings.is_object() && is_byte_tokenizer(settings),
                  "[text] expected tokenizer.json or vocab.txt in {}, or a tokenizer_config.json "
                  "that names a byte tokenizer, but found neither",
                  folder.string());
    return parse_byte_tokenizer(settings, (folder / "tokenizer_config.json").string());
  }
  TokenizerFiles files = read_vocabulary_or_json(*file);
  apply_settings(folder, settings, files.config);
  return finish_tokenizer_files(std::move(files));
}

void write_tokenizer_files(const fs::path& folder, const Vocabulary& vocabulary,
                           const TokenizerConfig& config,
                           const std::vector<AddedToken>& added_tokens) {
  fs::create_directories(folder);
  const auto write = [&](const char* name, const nlohmann::ordered_json& content) {
    base::write_file_atomically(folder / name, content.dump(2) + "\n");
  };
  if (config.model == PieceModel::bytes)
    return write("tokenizer_config.json", make_byte_tokenizer_config(config, added_tokens));
  // A vocabulary that no lines can hold is in tokenizer.json alone.
  if (vocabulary.fits_lines()) vocabulary.save(folder / "vocab.txt");
  write("tokenizer_config.json", make_tokenizer_config(config));
  write("tokenizer.json", make_tokenizer_json(vocabulary, config, added_tokens));
}

}  // namespace roformer::text
