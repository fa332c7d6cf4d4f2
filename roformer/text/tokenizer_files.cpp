#include "roformer/text/tokenizer_files.h"

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/text/tokenizer_json.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;

void append_added_tokens(TokenizerFiles& files, const std::string& name) {
  // Tokens that were added to the vocabulary after its training stand behind it.
  std::vector<std::string> tokens = files.vocabulary.tokens();
  const std::size_t size = tokens.size();
  for (const AddedToken& token : files.config.added_tokens) {
    if (token.id < 0 || files.vocabulary.find(token.content)) continue;
    base::require(token.id == static_cast<std::int32_t>(tokens.size()),
                  "[text] {}: expected the added token '{}' to have the id {} but got {}", name,
                  token.content, tokens.size(), token.id);
    tokens.push_back(token.content);
  }
  if (tokens.size() > size) files.vocabulary = Vocabulary(std::move(tokens), name);
}

TokenizerFiles read_vocabulary_or_json(const fs::path& file) {
  if (file.extension() == ".json") return parse_tokenizer_json(read_json_file(file), file.string());
  return {Vocabulary::load(file), {}};
}

fs::path choose_file(const fs::path& folder) {
  for (const char* name : {"tokenizer.json", "vocab.txt"}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  base::fail("[text] expected tokenizer.json or vocab.txt in {} but found neither",
             folder.string());
}

}  // namespace

TokenizerFiles read_tokenizer_files(const fs::path& folder_or_file) {
  base::require(fs::exists(folder_or_file),
                "[text] expected a tokenizer at {} but there is nothing", folder_or_file.string());
  const fs::path file =
      fs::is_directory(folder_or_file) ? choose_file(folder_or_file) : folder_or_file;
  TokenizerFiles files = read_vocabulary_or_json(file);
  const fs::path config = file.parent_path() / "tokenizer_config.json";
  if (fs::exists(config))
    apply_tokenizer_config(read_json_file(config), config.string(), files.config);
  append_added_tokens(files, file.string());
  base::require(files.vocabulary.find(files.config.unk_token).has_value(),
                "[text] {}: expected the unknown token '{}' among its {} tokens", file.string(),
                files.config.unk_token, files.vocabulary.size());
  return files;
}

void write_tokenizer_files(const fs::path& folder, const Vocabulary& vocabulary,
                           const TokenizerConfig& config,
                           const std::vector<AddedToken>& added_tokens) {
  fs::create_directories(folder);
  vocabulary.save(folder / "vocab.txt");
  base::write_file_atomically(folder / "tokenizer_config.json",
                              make_tokenizer_config(config).dump(2) + "\n");
  base::write_file_atomically(folder / "tokenizer.json",
                              make_tokenizer_json(vocabulary, config, added_tokens).dump(2) + "\n");
}

}  // namespace roformer::text
