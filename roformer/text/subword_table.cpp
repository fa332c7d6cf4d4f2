#include "roformer/text/subword_table.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/text/added_token_json.h"
#include "roformer/text/added_tokens.h"
#include "roformer/text/json_values.h"
#include "roformer/text/stated_tokens.h"
#include "roformer/text/tokenizer_json.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

namespace fs = std::filesystem;
using base::require;
using nlohmann::json;

// {"token": id, …} with each id once. An id may be left out, not lie beyond the table.
Vocabulary read_table(const fs::path& file) {
  const std::string name = file.string();
  const json object = read_json_file(file);
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

void read_settings(const TokenizerFolder& folder, SubwordTable& table) {
  const json& config = folder.settings();
  if (config.is_null()) return;
  const std::string name = folder.settings_file().string();
  require(config.is_object(), "[text] {}: expected an object but got {}", name, excerpt(config));
  require(!get(config, "separate_vocabs", false, name),
          "[text] {}: separate_vocabs: expected one vocabulary for source and target but these "
          "have one each, which is not supported",
          name);
  apply_row_settings(config, name, table.row);
  SubwordSettings& settings = table.settings;
  settings.source_language = get(config, "source_lang", settings.source_language, name);
  settings.target_language = get(config, "target_lang", settings.target_language, name);
  settings.lower_case = get(config, "lower_case_lines", settings.lower_case, name);
  settings.model_max_length = get_model_max_length(config, name);
}

void name_tokens(const StatedTokens& stated, SubwordTable& table) {
  table.end_token = stated.content("eos_token", table.end_token);
  table.unk_token = stated.content("unk_token", table.unk_token);
  table.pad_token = stated.content("pad_token", table.pad_token);
}

std::string write_settings(const SubwordTable& table, const std::string& tokenizer_class) {
  nlohmann::ordered_json config;
  config["tokenizer_class"] = tokenizer_class;
  const auto language = [](const std::string& name) { return name.empty() ? json() : json(name); };
  config["source_lang"] = language(table.settings.source_language);
  config["target_lang"] = language(table.settings.target_language);
  config["eos_token"] = table.end_token;
  config["unk_token"] = table.unk_token;
  config["pad_token"] = table.pad_token;
  if (table.settings.model_max_length > 0)
    config["model_max_length"] = table.settings.model_max_length;
  if (table.row.cut_at_begin) config["truncation_side"] = "left";
  config["separate_vocabs"] = false;
  if (table.settings.lower_case) config["lower_case_lines"] = true;
  for (const AddedToken& token : table.added) {
    auto described = make_added_token(token);
    described.erase("id");
    config["added_tokens_decoder"][std::to_string(token.id)] = described;
  }
  return config.dump(2) + "\n";
}

// Without the tokens that were added later.
std::string write_table(const Vocabulary& vocabulary, const std::vector<AddedToken>& added) {
  std::set<std::int32_t> later;
  for (const AddedToken& token : added) {
    if (token.appended) later.insert(token.id);
  }
  auto table = nlohmann::ordered_json::object();
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.holds(id) && !later.contains(id)) table[vocabulary.token(id)] = id;
  }
  return table.dump(2) + "\n";
}

std::int32_t require_token(const SubwordTable& table, const std::string& token) {
  const auto id = table.vocabulary.find(token);
  require(id.has_value() && !token.empty(), "[text] {}: expected the token '{}' but it is missing",
          table.name, token);
  return *id;
}

// Lines end with the end token; they have no offsets, since SentencePiece's models may change every
// character before they cut.
TokenizerFacts subword_facts(const SubwordTable& table, std::string_view kind,
                             std::string_view tokenizer_class) {
  TokenizerFacts facts;
  facts.kind = kind;
  facts.source = table.name;
  facts.tokenizer_class = tokenizer_class;
  facts.tokens = {.unk = table.unk_token, .pad = table.pad_token, .end = table.end_token};
  facts.special.resize(static_cast<std::size_t>(table.vocabulary.size()));
  for (const std::string* token : {&table.unk_token, &table.pad_token, &table.end_token})
    facts.special[static_cast<std::size_t>(require_token(table, *token))] = true;
  for (const AddedToken& token : table.added)
    if (token.special) facts.special[static_cast<std::size_t>(token.id)] = true;
  facts.frame.end = require_token(table, table.end_token);
  facts.single.after = {.ids = {*facts.frame.end}, .type_ids = {0}};
  facts.lower_cases = table.settings.lower_case;
  facts.row = table.row;
  facts.has_offsets = facts.has_pairs = false;
  facts.has_sides = true;
  facts.source_language = table.settings.source_language;
  facts.target_language = table.settings.target_language;
  facts.vocabulary = table.vocabulary;
  return facts;
}

}  // namespace

SubwordTable number_tokens(const std::vector<std::string>& tokens, std::string_view name,
                           SubwordSettings settings) {
  SubwordTable table;
  table.settings = std::move(settings);
  std::vector<std::string> all = {table.end_token, table.unk_token};
  for (const auto& token : tokens) {
    if (token != table.end_token && token != table.unk_token && token != table.pad_token)
      all.push_back(token);
  }
  all.push_back(table.pad_token);
  table.vocabulary = Vocabulary(std::move(all), name);
  return table;
}

SubwordTable read_subword_table(const TokenizerFolder& folder) {
  SubwordTable table;
  read_settings(folder, table);
  table.name = folder.path(kTokenTable).string();
  table.vocabulary = read_table(folder.path(kTokenTable));
  const StatedTokens stated = read_stated_tokens(folder);
  name_tokens(stated, table);
  table.added = number_by_id(stated, table.vocabulary, table.name);
  return table;
}

SubwordCoder::SubwordCoder(SubwordTable table, std::string_view kind,
                           std::string_view tokenizer_class)
    : TokenCoder(subword_facts(table, kind, tokenizer_class)),
      table_(std::move(table)),
      end_(require_token(table_, table_.end_token)),
      unk_(require_token(table_, table_.unk_token)),
      pad_(require_token(table_, table_.pad_token)) {
  for (const std::int32_t id : {end_, unk_, pad_})
    put_added_token({.content = table_.vocabulary.token(id), .id = id}, table_.added);
  table_.vocabulary = {};
}

void SubwordCoder::encode(std::string_view text, Side side, std::vector<std::int32_t>& ids,
                          std::vector<Offset>*) const {
  std::string changed;
  if (!unicode::is_utf8(text)) text = changed = unicode::valid_utf8(text, "\xEF\xBF\xBD");
  if (table_.settings.lower_case) text = changed = unicode::lower_text(text);
  encode_line(text, side, ids);
}

std::string SubwordCoder::decode(std::span<const std::int32_t> ids, const DecodeOptions&) const {
  std::vector<std::string> tokens;
  for (const std::int32_t id : ids) {
    const std::string& name = token(id);
    if (id != end_ && id != pad_) tokens.push_back(name);
  }
  return join(tokens);
}

std::int32_t SubwordCoder::id_of(std::string_view token) const {
  return facts().vocabulary.find(token).value_or(unk_);
}

SubwordTable SubwordCoder::lower_cased_table() const {
  SubwordTable table = table_;
  table.vocabulary = facts().vocabulary;
  table.settings.lower_case = true;
  return table;
}

std::uint64_t SubwordCoder::hash_with(const std::vector<std::string_view>& models) const {
  std::uint64_t sum = table_.settings.lower_case ? 1 : 0;
  for (const std::string_view model : models) sum = base::hash_bytes(model, sum);
  for (const auto* token : {&table_.end_token, &table_.unk_token, &table_.pad_token})
    sum = base::hash_bytes(*token, sum);
  for (const AddedToken& token : table_.added)
    sum = base::hash_bytes(
        fmt::format("{} {} {} {}", token.id, token.lstrip, token.rstrip, token.single_word), sum);
  for (const auto& token : facts().vocabulary.tokens()) sum = base::hash_bytes(token, sum);
  return sum;
}

void SubwordCoder::save_table(const std::filesystem::path& folder) const {
  base::write_file_atomically(folder / kTokenTable, write_table(facts().vocabulary, table_.added));
  base::write_file_atomically(folder / "tokenizer_config.json",
                              write_settings(table_, facts().tokenizer_class));
}

}  // namespace roformer::text
