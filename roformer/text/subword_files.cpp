#include "roformer/text/subword_files.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/text/json_values.h"
#include "roformer/text/tokenizer_json.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;
using base::require;
using nlohmann::json;

constexpr const char* kSource = "source.spm";
constexpr const char* kTarget = "target.spm";
constexpr const char* kCodes = "codes.bpe";
constexpr const char* kTable = "vocab.json";
constexpr const char* kConfig = "tokenizer_config.json";

// {"token": id, …} with each id once. An id may be left out, not lie beyond the table.
Vocabulary read_table(const fs::path& file) {
  const std::string name = file.string();
  const json object = base::parse_json(base::read_file(file), name);
  require(object.is_object() && !object.empty(),
          "[text] {}: expected an object of tokens and ids but got {}", name, excerpt(object));
  constexpr std::int64_t gaps = 1000;  // more ids than tokens and these: a damaged file
  const auto most = static_cast<std::int64_t>(object.size()) + gaps;
  std::vector<std::optional<std::string>> tokens;
  for (const auto& [token, id] : object.items()) {
    require(id.is_number_integer() && id >= 0 && id < most,
            "[text] {}: expected an id from 0 to {} for '{}' but got {}", name, most - 1, token,
            excerpt(id));
    const auto place = id.get<std::size_t>();
    if (place >= tokens.size()) tokens.resize(place + 1);
    require(!tokens[place], "[text] {}: '{}' and '{}' have the same id {}", name,
            tokens[place].value_or(""), token, place);
    tokens[place] = token;
  }
  return Vocabulary::with_gaps(std::move(tokens), name);
}

void read_config(const fs::path& file, SubwordFiles& files) {
  if (!fs::exists(file)) return;
  const std::string name = file.string();
  const json config = read_json_file(file);
  require(config.is_object(), "[text] {}: expected an object but got {}", name, excerpt(config));
  require(!get(config, "separate_vocabs", false, name),
          "[text] {}: separate_vocabs: expected one vocabulary for source and target but these "
          "have one each, which is not supported",
          name);
  files.end_token = get_token(config, "eos_token", files.end_token, name);
  files.unk_token = get_token(config, "unk_token", files.unk_token, name);
  files.pad_token = get_token(config, "pad_token", files.pad_token, name);
  SubwordSettings& settings = files.settings;
  settings.source_language = get(config, "source_lang", settings.source_language, name);
  settings.target_language = get(config, "target_lang", settings.target_language, name);
  settings.lower_case = get(config, "lower_case_lines", settings.lower_case, name);
  settings.model_max_length = get_model_max_length(config, name);
}

std::string write_config(const SubwordFiles& files) {
  nlohmann::ordered_json config;
  config["tokenizer_class"] = files.codes.empty() ? "MarianTokenizer" : "SubwordNmt";
  const auto language = [](const std::string& name) { return name.empty() ? json() : json(name); };
  config["source_lang"] = language(files.settings.source_language);
  config["target_lang"] = language(files.settings.target_language);
  config["eos_token"] = files.end_token;
  config["unk_token"] = files.unk_token;
  config["pad_token"] = files.pad_token;
  if (files.settings.model_max_length > 0)
    config["model_max_length"] = files.settings.model_max_length;
  config["separate_vocabs"] = false;
  if (files.settings.lower_case) config["lower_case_lines"] = true;
  return config.dump(2) + "\n";
}

std::string write_table(const Vocabulary& vocabulary) {
  auto table = nlohmann::ordered_json::object();
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.holds(id)) table[vocabulary.token(id)] = id;
  }
  return table.dump(2) + "\n";
}

// What a folder that has not all of a kind has instead, in words.
std::string found_files(const fs::path& folder) {
  const auto lacks = [&](const char* name) { return !fs::exists(folder / name); };
  const bool pieces = !lacks(kSource) || !lacks(kTarget);
  if (!pieces && lacks(kCodes)) {
    return lacks(kTable) ? std::string("none of them") : fmt::format("{} alone", kTable);
  }
  std::vector<std::string> missing;
  for (const char* name : pieces ? std::vector{kSource, kTarget, kTable} : std::vector{kTable})
    if (lacks(name)) missing.emplace_back(name);
  return fmt::format("no {}", fmt::join(missing, " and no "));
}

bool has_codes(const fs::path& folder) {
  return fs::exists(folder / kCodes) && fs::exists(folder / kTable);
}

bool has_sentencepiece(const fs::path& folder) {
  return fs::exists(folder / kSource) && fs::exists(folder / kTarget) &&
         fs::exists(folder / kTable);
}

}  // namespace

bool has_subword_files(const fs::path& folder) {
  return has_sentencepiece(folder) || has_codes(folder);
}

SubwordFiles read_subword_files(const fs::path& folder) {
  if (!has_subword_files(folder))
    base::fail(
        "[text] {}: expected a translation model's tokenizer ({}, {} and {}, or {} and {}) but "
        "found {}",
        folder.string(), kSource, kTarget, kTable, kCodes, kTable, found_files(folder));
  SubwordFiles files;
  read_config(folder / kConfig, files);
  files.vocabulary_name = (folder / kTable).string();
  files.vocabulary = read_table(folder / kTable);
  const bool pieces = has_sentencepiece(folder);
  files.source_name = (folder / (pieces ? kSource : kCodes)).string();
  files.target_name = (folder / (pieces ? kTarget : kCodes)).string();
  if (pieces) {
    files.source_model = base::read_file(files.source_name);
    files.target_model = base::read_file(files.target_name);
  } else {
    files.codes = base::read_file(files.source_name);
    require(!files.codes.empty(), "[text] {}: expected merges but got an empty file",
            files.source_name);
  }
  return files;
}

void write_subword_files(const fs::path& folder, const SubwordFiles& files) {
  fs::create_directories(folder);
  if (files.codes.empty()) {
    base::write_file_atomically(folder / kSource, files.source_model);
    base::write_file_atomically(folder / kTarget, files.target_model);
  } else {
    base::write_file_atomically(folder / kCodes, files.codes);
  }
  base::write_file_atomically(folder / kTable, write_table(files.vocabulary));
  base::write_file_atomically(folder / kConfig, write_config(files));
}

}  // namespace roformer::text
